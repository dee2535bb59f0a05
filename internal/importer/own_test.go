package importer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is no part of a mirror lab becomes a service block, with a comment for what does not fit.
func TestOwnServices(t *testing.T) {
	result := builds(t, `services:
  n-a: {image: 'iris:2025.1', environment: [MIRRORROLE=PRIMARY], networks: [lan]}
  App_1:
    build: ./app
    command: serve --all
    entrypoint: ["/run", "-x"]
    ports: ["8090:80", "127.0.0.1:9000:9000/udp"]
    environment: {TZ: Asia/Tokyo, MIRROR_HOST: n-a, DB: db}
    volumes: ["./app/conf:/etc/app:ro", "data:/data", "/srv:/srv", "./site:/www"]
    depends_on:
      n-a: {condition: service_healthy}
      db: {condition: service_healthy}
      cache: {condition: service_started}
    healthcheck: {test: "curl -f 'http://localhost/a b'", interval: 5s, retries: 3}
    user: "1000"
    networks: [lan, tools]
  db:
    image: postgres:16
    healthcheck: {test: [CMD, pg_isready], start_period: 20s, timeout: 2s}
    networks: [tools]
  cache:
    image: redis:7
    healthcheck: {disable: true}
    networks: {tools: {ipv4_address: 10.8.0.9}}
  lost: {image: "${NOT_SET}", networks: [tools]}
networks:
  lan: {}
  tools: {ipam: {config: [{subnet: 10.8.0.0/24}]}}
volumes: {data: {}}
`, map[string]string{"app/Dockerfile": "FROM python:3\n"})
	text := string(result.Topology)
	_, text, found := strings.Cut(text, "\n# Built in")
	want := `./app: build it before the lab starts, docker build -t app-1:latest
# ./app.
# Put into the generated directory what App_1 mounts, which it may only read
# there: app/conf, site.
# App_1 is called app-1 here, as a service of a topology can be.
# Not carried over from App_1: port 127.0.0.1:9000:9000/udp; user; volume
# data:/data; volume /srv:/srv; depends_on cache, which need not be healthy.
service "app-1" {
  image    = "app-1:latest"
  networks = ["lan", "tools"]
  command  = ["serve", "--all"]
  compose  = { entrypoint = ["/run", "-x"] }
  environment = {
    MIRROR_HOST = "n-a"
    DB          = "db"
  }
  ports = ["8090:80"]
  files = {
    "/etc/app" = "app/conf"
    "/www"     = "site"
  }
  after = ["n-a", "db"]
  healthcheck = {
    test     = "curl -f 'http://localhost/a b'"
    interval = "5s"
    retries  = 3
  }
}

service "db" {
  image    = "postgres:16"
  networks = ["tools"]
  healthcheck = {
    test         = ["CMD", "pg_isready"]
    timeout      = "2s"
    start_period = "20s"
  }
}

service "cache" {
  image       = "redis:7"
  networks    = ["tools"]
  host_number = 9
  healthcheck = { disable = true }
}
`
	if diff := cmp.Diff(want, strings.TrimPrefix(text, " ")); diff != "" || !found {
		t.Errorf("%s\n%s", diff, result.Topology)
	}
	const lost = "The service lost (${NOT_SET}) is not carried over: which image it runs is not known."
	if !strings.Contains(comments(result), lost) {
		t.Errorf("want %s in\n%s", lost, result.Topology)
	}
}
