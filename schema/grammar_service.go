package schema

// containerBlock is the service block: a container of the user's own.
func containerBlock() *block[Container] {
	return &block[Container]{
		kind: "service", label: "NAME",
		doc: "Any number: a container of your own in the lab, an application or an SQL client.",
		arguments: append([]argument[Container]{
			{"image", "string", "required", "its image", true,
				func(v value, c *Container) { v.text(&c.Image, imageReference) }},
			{"command", "string or list(string)", "the image's own", "what it runs: a list of words, or a text that " +
				"Compose splits as a shell would", false,
				func(v value, c *Container) { v.command(&c.Command, &c.CommandLine) }},
			{"ports", "list(string)", "none", "ports of the host that lead to it: `\"HOST:CONTAINER\"`", false,
				func(v value, c *Container) { v.published(&c.Ports) }},
			{"files", "map(string)", "none", "files or directories that it sees, read-only: path in the container to " +
				"path in the generated directory. What mirrorgen does not write there is yours to put there, and " +
				"start.sh looks for it", false,
				func(v value, c *Container) { v.pairs(&c.Files, containerPath, labFile) }},
			{"after", "list(string)", "none", "services that must be healthy before it starts", false,
				func(v value, c *Container) { v.list(&c.After) }},
			{"healthcheck", "object", "the image's own", "when it is healthy, as Compose has it: `test`, `interval`, " +
				"`timeout`, `retries`, `start_period`, `start_interval`, `disable`", false,
				func(v value, c *Container) { v.healthCheck(&c.Health) }},
		}, append(serviceArguments(func(c *Container) *Service { return c.Service }, "the client network"),
			restartArgument(func(c *Container) *Service { return c.Service }))...),
	}
}

// monitoringBlock is Prometheus and Grafana beside the lab.
func monitoringBlock() *block[Monitoring] {
	return &block[Monitoring]{
		kind: "monitoring",
		doc: "At most one: the services `prometheus`, with alert rules, and `grafana`, with two dashboards. They " +
			"watch every instance through the gateways, HAProxy and nginx.",
		arguments: []argument[Monitoring]{
			{"prometheus_port", "number", "9090", "host port of Prometheus; 0 does not publish", false,
				func(v value, m *Monitoring) { v.whole(&m.PrometheusPort, 0, maxPort) }},
			{"grafana_port", "number", "3000", "host port of Grafana; 0 leaves Grafana out", false,
				func(v value, m *Monitoring) { v.whole(&m.GrafanaPort, 0, maxPort) }},
			{"retention", "string", `"15d"`, "how long Prometheus keeps what it has seen", false,
				func(v value, m *Monitoring) { v.duration(&m.Retention, "1h", "3650d") }},
			{"scrape_interval", "string", `"5s"`, "time between two questions to a target, and between two looks at " +
				"the alert rules", false,
				func(v value, m *Monitoring) { v.duration(&m.ScrapeInterval, "1s", "1h") }},
		},
	}
}
