package importer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mirrorgen/internal/importer"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/templates"
)

// shape prints the mirrors of a lab: "name SET: member role, member role".
func shape(p *plan.Plan) string {
	var list []string
	for _, m := range p.Mirrors {
		var members []string
		for _, member := range m.Members {
			members = append(members, member.Name+" "+member.Role)
		}
		list = append(list, m.Name+" "+m.SetName+": "+strings.Join(members, ", "))
	}
	return strings.Join(list, "; ")
}

// builds imports a lab whose topology must build, and returns what was made of it.
func builds(t *testing.T, compose string, beside map[string]string) *importer.Result {
	t.Helper()
	result, err := importText(t, compose, beside)
	if err != nil {
		t.Fatalf("%v\n%s", err, compose)
	}
	if result.Errors.HasErrors() {
		t.Fatalf("%v\n%s", result.Errors, result.Topology)
	}
	if diags := verify.Check(templates.Render(result.Plan)); diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, result.Topology)
	}
	return result
}

// instances is a compose file of instances with a merge file each, in the directory cpf.
func instances(names ...string) string {
	text := "services:\n"
	for _, name := range names {
		service, file, own := strings.Cut(name, "=")
		if !own {
			file = service + ".cpf"
		}
		text += fmt.Sprintf("  %s:\n    image: acme/iris:2025.2\n    environment: [ISC_CPF_MERGE_FILE=/cpf/%s]\n   "+
			" volumes: ['./cpf:/cpf']\n",
			service, file)
	}
	return text
}

// One mirror stays one, whatever states its set and its roles.
func TestMirrorOfMergeFiles(t *testing.T) {
	for name, c := range map[string]struct {
		compose string
		beside  map[string]string
		want    string
	}{
		"auto and a map": {instances("hc-0=m.cpf", "hc-1=m.cpf", "hc-2=m.cpf"),
			map[string]string{"cpf/m.cpf": "[Actions]\nConfigMirror:Name=PAIR," +
				"Map=\"primary,backup,drasync\",Member=auto,Primary=auto\n"},
			"hc PAIR: hc-0 primary, hc-1 backup, hc-2 drasync"},
		"auto, modulo the map": {instances("m-000=m.cpf", "m-001=m.cpf", "m-002=m.cpf", "m-003=m.cpf"),
			map[string]string{"cpf/m.cpf": "[Actions]\nConfigMirror:Name=PAIR,Member=auto,Primary=auto\n"},
			"pair PAIR: m-000 primary, m-001 backup; mirror PAIR: m-002 primary, m-003 backup"},
		"auto with two numbers": {instances("d-0-0=m.cpf", "d-0-1=m.cpf", "d-1-0=m.cpf", "d-1-1=m.cpf"),
			map[string]string{"cpf/m.cpf": "[Actions]\nConfigMirror:Name=PAIR,Member=auto,Primary=auto\n"},
			"d-0 PAIR: d-0-0 primary, d-0-1 backup; d-1 PAIR: d-1-0 primary, d-1-1 backup"},
		"auto with an ordinal": {instances("x-100=m.cpf", "x-101=m.cpf"),
			map[string]string{"cpf/m.cpf": "[Actions]\nConfigMirror:Name=PAIR,Member=auto,Primary=auto,Ordinal=100\n"},
			"pair PAIR: x-100 primary, x-101 backup"},
		"a reporting member by its merge file": {instances("a", "b", "r"),
			map[string]string{
				"cpf/a.cpf": "[Actions]\nConfigMirror:Name=Sales,Member=primary,Primary=localhost\n",
				"cpf/b.cpf": "[Actions]\nConfigMirror:Name=SALES,Member=backup,Primary=a\n",
				"cpf/r.cpf": "[Actions]\nconfigmirror:name=sales,member=rwrasync,primary=a\n"},
			"sales SALES: a primary, b backup, r rwrasync"},
		"former parameters": {instances("one", "two"),
			map[string]string{
				"cpf/one.cpf": "[Startup]\nMirrorSetName=OLD\nMirrorMember=primary\nMirrorPrimary=\n",
				"cpf/two.cpf": "[Startup]\nMirrorSetName=old\nMirrorMember=backup\nMirrorPrimary=one\n"},
			"old OLD: one primary, two backup"},
		"former parameters, the backup first": {instances("left", "right"),
			map[string]string{
				"cpf/left.cpf":  "[Startup]\nMirrorMember=backup\nMirrorPrimary=right\n",
				"cpf/right.cpf": "[Startup]\nMirrorMember=primary\n"},
			"mirror MIRROR: left backup, right primary"},
		"an undeclared primary that the backup names": {instances("east", "west"),
			map[string]string{"cpf/east.cpf": "[Startup]\nMirrorMember=backup\nMirrorPrimary=west.lab.example\n",
				"cpf/west.cpf": "[config]\nglobals=0,0,64,0,0,0\n"},
			"mirror MIRROR: east backup, west primary"},
		"CreateMirror, roles by name": {instances("iris-b", "iris-a"),
			map[string]string{
				"cpf/iris-a.cpf": "[Actions]\nCreateMirror:Name=PAIR,ArbiterNode=arb\n",
				"cpf/iris-b.cpf": "[Actions]\nCreateMirror:Name=pair,ArbiterNode=arb\n"},
			"pair PAIR: iris-b backup, iris-a primary"},
		"the set of databases": {instances("n1", "n2", "z1", "z2"),
			map[string]string{
				"cpf/n1.cpf": "[Actions]\nCreateDatabase:Name=D,Directory=/d,MirrorSetName=NORTH,MirrorDBName=D\n",
				"cpf/n2.cpf": "[Actions]\nCreateDatabase:Name=D,Directory=/d,MirrorSetName=North,MirrorDBName=D\n",
				"cpf/z1.cpf": "[Actions]\nCreateDatabase:Name=E,Directory=/e,MirrorSetName=SOUTH\n",
				"cpf/z2.cpf": "[Actions]\nCreateDatabase:Name=E,Directory=/e,MirrorSetName=SOUTH\n"},
			"north NORTH: n1 primary, n2 backup; south SOUTH: z1 primary, z2 backup"},
		"a mirror's own sections": {instances("p", "q"),
			map[string]string{
				"cpf/p.cpf": "[Mirrors]\nTRADE=0,1\n[MirrorMember]\nSystemName=P/IRIS\n",
				"cpf/q.cpf": "[MapMirrors.trade]\nP/IRIS=p,2188\n"},
			"trade TRADE: p primary, q backup"},
		"a shard's members": {instances("s1", "s2"),
			map[string]string{"cpf/s1.cpf": "[Startup]\nShardMirrorMember=backup\n",
				"cpf/s2.cpf": "[Startup]\nShardMirrorMember=primary\n"},
			"mirror MIRROR: s1 backup, s2 primary"},
	} {
		t.Run(name, func(t *testing.T) {
			result := builds(t, c.compose, c.beside)
			if have := shape(result.Plan); have != c.want {
				t.Errorf("%s\nwant %s\n%s", have, c.want, result.Topology)
			}
			stated := strings.Contains(c.beside["cpf/m.cpf"]+c.beside["cpf/a.cpf"], "Member")
			if stated && strings.Contains(string(result.Topology), "guess") {
				t.Errorf("a role is stated, not guessed:\n%s", result.Topology)
			}
		})
	}
}

// Databases and namespaces come from the merge files of whichever member has them; an application
// server finds its mirror by the set of the databases that it reads.
func TestDatabasesOfMergeFiles(t *testing.T) {
	beside := map[string]string{
		"cpf/a.cpf": "[Actions]\nConfigMirror:Name=ONE,Member=primary,Primary=localhost\n" +
			"CreateDatabase:Name=appdata,Directory=/d,MirrorSetName=ONE,MirrorDBName=APPDATA\n" +
			"CreateDatabase:Name=TEMP,Directory=/t\n" +
			"CreateNamespace:Name=APP,Globals=APPDATA,Routines=APPCODE\n",
		"cpf/b.cpf": "[Actions]\nConfigMirror:Name=ONE,Member=backup,Primary=a\n" +
			"CreateDatabase:Name=MORE,Directory=/m,MirrorDBName=MORE\n",
		"cpf/x.cpf": "[Actions]\nConfigMirror:Name=TWO,Member=primary,Primary=localhost\n",
		"cpf/ecp.cpf": "[ECPServers]\nDATA=elsewhere,1972,1\n[Actions]\n" +
			"CreateDatabase:Name=R,Directory=:mirror:one:APPDATA,Server=DATA,LogicalOnly=1\n",
		"cpf/ecp2.cpf": "[Actions]\nCreateECPServer:Name=X,Address=x,Port=1972\n",
	}
	result := builds(t, instances("a", "b", "x", "ecp", "ecp2"), beside)
	text := string(result.Topology)
	for _, want := range []string{
		"database \"APPDATA\" {\n    namespace = \"APP\"\n  }\n", "database \"MORE\" {}\n",
		"application_server \"ecp\" {\n  mirror = \"one\"\n", "application_server \"ecp2\" {\n  mirror = \"two\"\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("want %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "TEMP") || !strings.Contains(comments(result),
		"Namespace APP has its routines in database APPCODE") {
		t.Errorf("unexpected\n%s", text)
	}
}

// A declared backup never becomes a primary: the topology does not build, and says where.
func TestBackupWithoutPrimary(t *testing.T) {
	result, err := importText(t, "services:\n  b: {image: 'iris:2025.1', environment: [MIRRORROLE=BACKUP]}\n  d: "+
		"{image: 'iris:2025.1', environment: [MIRRORROLE=DR]}\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Errors) != 1 || result.Plan != nil || !strings.Contains(string(result.Topology), `role = "backup"`) ||
		strings.Contains(string(result.Topology), `role = "primary"`) {
		t.Fatalf("%v\n%s", result.Errors, result.Topology)
	}
	at := result.Errors[0].Subject
	line := strings.Split(string(result.Topology), "\n")[at.Start.Line-1]
	if at.Filename != importer.ResultName || !strings.HasPrefix(line, "mirror ") {
		t.Errorf("%v points at %s", result.Errors[0], line)
	}
}

// Roles are stated in many ways.
func TestStatedRoles(t *testing.T) {
	for _, c := range []struct{ stated, want string }{
		{"environment: [MIRRORROLE=REPORTRW]", "rwrasync"}, {"environment: [MIRRORROLE=REPORTR]", "rorasync"},
		{"environment: {MIRRORROLE: reportro}", "rorasync"}, {"environment: [IRIS_MIRROR_ROLE=DRAsync]", "drasync"},
		{"environment: [ROLE=dr]", "drasync"}, {"environment: [NODE_ROLE=Reporting]", "rorasync"},
		{"environment: [ISC_MIRROR_MEMBER_TYPE=rw]", "rwrasync"}, {"environment: [MIRROR_MEMBER=drasync]", "drasync"},
		{"environment: [MIRROR_IS_DR=yes]", "drasync"}, {`command: ["-a", "/init.sh", "--mirror-role", "ro"]`,
			"rorasync"},
		{"command: -a '/init.sh reporting'", "rorasync"}, {"env_file: r.env", "rwrasync"}, {"build: {context: img}",
			"drasync"},
	} {
		compose := "services:\n  x-a: {image: 'iris:2025.2', environment: [MIRRORROLE=main]}\n" +
			"  x-b: {image: 'iris:2025.2', environment: [MIRRORROLE=FAILOVER]}\n  x-c: {image: 'iris:2025.2', " +
			c.stated + "}\n"
		result := builds(t, compose, map[string]string{"r.env": "MIRRORROLE=readwrite\n",
			"img/Dockerfile": "FROM iris:2025.2\nENV MIRRORROLE=DR\n"})
		if have, want := shape(result.Plan), "mirror MIRROR: x-a primary, x-b backup, x-c "+c.want; have != want {
			t.Errorf("%s: %s, want %s", c.stated, have, want)
		}
		if strings.Contains(string(result.Topology), "guess") {
			t.Errorf("%s: a role is stated, not guessed:\n%s", c.stated, result.Topology)
		}
	}
}

// The set is stated in variables of many names, whose value may be something else.
func TestStatedSet(t *testing.T) {
	for _, c := range []struct{ variable, want string }{
		{"MIRROR: DEMO", "demo DEMO"}, {"IRIS_MIRROR: demo", "demo DEMO"}, {"MIRROR_NAME: Demo", "demo DEMO"},
		{"MIRRORSET: demo", "demo DEMO"}, {"MIRROR: 'true'", "mirror MIRROR"}, {"MIRROR: primary", "mirror MIRROR"},
		{"MIRROR: 'on'", "mirror MIRROR"}, {"MIRROR: '/a path'", "mirror MIRROR"},
	} {
		result := builds(t, "services:\n  x-a: {image: 'iris:2025.2', environment: {ROLE: main, "+c.variable+"}}\n"+
			"  x-b: {image: 'iris:2025.2', environment: {ROLE: failover, "+c.variable+"}}\n", nil)
		if have, want := shape(result.Plan), c.want+": x-a primary, x-b backup"; have != want {
			t.Errorf("%s: %s, want %s", c.variable, have, want)
		}
	}
}

// A value that is not known is quoted.
func TestUnknownRole(t *testing.T) {
	result := builds(t, "services:\n  n-a: {image: 'iris:2025.2', environment: [MIRRORROLE=PRIMARY]}\n"+
		"  n-r: {image: 'iris:2025.2', environment: [MIRRORROLE=xyz]}\n", nil)
	if want := "MIRRORROLE=xyz of n-r is not a known role; rorasync is guessed from its name and " +
		"position."; !strings.Contains(comments(result), want) {
		t.Errorf("want %s in\n%s", want, result.Topology)
	}
}

// kinds prints the kind of each service that is carried over.
func kinds(p *plan.Plan) map[string]string {
	found := map[string]string{}
	for _, s := range p.Services {
		found[s.Name] = string(s.Kind)
	}
	return found
}

// What a service is shows in what it runs, its variables, and the image that its own starts from.
func TestKinds(t *testing.T) {
	compose := `services:
  p: {image: acme/database:7, environment: {MIRRORROLE: PRIMARY, ISC_DATA_DIRECTORY: /d}}
  w1: {image: 'acme/irishealth:2025.1', command: /usr/local/etc/irissys/startISCAgent.sh 2188}
  w2: {image: acme/thing, entrypoint: ["sh", "-c"], command: ["exec /home/irisowner/irissys/startISCAgent.sh 2188"]}
  g1: {image: 'acme/iris-front:1', environment: [ISC_CSP_INI_FILE=/x/CSP.ini, ISC_DATA_DIRECTORY=/x]}
  g2: {image: acme/front, environment: {ISC_CSP_CONF_FILE: /x/CSP.conf}}
  g3: {build: {context: gw, target: prod, args: [TAG=2025.1]}, ports: ["8090:80"]}
  b: {build: {context: db, dockerfile: docker/IRIS.Dockerfile}, environment: [MIRROR_ROLE=backup]}
  d: {image: built-elsewhere, ports: ["1:2"]}
  lb: {build: {context: ., dockerfile_inline: "FROM haproxy:3.2\n"}}
  web: {build: .}
`
	result := builds(t, compose, map[string]string{
		"gw/Dockerfile": "ARG TAG=2023.1\nFROM golang AS tools\nFROM acme/webgateway:$TAG AS " +
			"prod\nCOPY --from=tools /x /x\nFROM scratch\n",
		"db/docker/IRIS.Dockerfile": "FROM acme/iris:2025.1\n",
		"Dockerfile":                "FROM nginx:1.30\n",
	})
	want := map[string]string{"p": "member", "b": "member", "w1": "arbiter", "w2": "arbiter", "g1": "web_gateway",
		"g2": "web_gateway",
		"g3": "web_gateway", "lb": "haproxy", "web": "nginx", "d": "service"}
	if diff := cmp.Diff(want, kinds(result.Plan)); diff != "" {
		t.Errorf("%s\n%s", diff, result.Topology)
	}
}

// The image of a service that is built is the one that its Dockerfile starts from, with its release
// and what follows from that.
func TestBuiltImages(t *testing.T) {
	compose := `services:
  a:
    build: {context: ./iris, args: {VERSION: "${V}"}}
    image: demo
    environment: [MIRRORROLE=PRIMARY]
    ports: ["9092:52773"]
  b: {image: demo, environment: [MIRRORROLE=BACKUP], ports: ["9093:52773"]}
`
	result := builds(t, compose, map[string]string{
		".env": "V=2022.1.0.209.0\n",
		"iris/Dockerfile": "ARG VERSION=latest\nFROM acme/iris:${VERSION}\nCOPY merge.cpf /cpf/\nENV " +
			"ISC_CPF_MERGE_FILE=/cpf/merge.cpf KEEP=1\n",
		"iris/merge.cpf": "[config]\nglobals=0,0,77,0,0,0\n[Actions]\nConfigMirror:Name=PAIR,Member=primary\n",
	})
	text := string(result.Topology)
	for _, want := range []string{`iris = "acme/iris:2022.1.0.209.0"`, "web_port = 9092", "web_port = 9093",
		"globals = 77", `set_name = "PAIR"`} {
		if !strings.Contains(text, want) {
			t.Errorf("want %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "KEEP") || !strings.Contains(comments(result),
		"Built in ./iris from acme/iris:2022.1.0.209.0: a, b.") {
		t.Errorf("unexpected\n%s", text)
	}
}

// An image that is not known is said so, and a release that its tag does not name is a guess.
func TestUnknownImages(t *testing.T) {
	compose := "services:\n  a: {image: 'acme/iris:${TAG}', environment: [MIRRORROLE=PRIMARY]}\n  g: {image: " +
		"'${GATEWAY}', environment: [ISC_CSP_INI_FILE=/x]}\n"
	result := builds(t, compose, nil)
	for _, want := range []string{
		"The image of a, acme/iris:${TAG}, has a variable without a value; the lab takes the vendor's image.",
		"The image of g, ${GATEWAY}, has a variable without a value;",
		"The variable TAG has no value, neither in .env nor in the environment, and is taken for empty.",
	} {
		if !strings.Contains(comments(result), want) {
			t.Errorf("want %s in\n%s", want, result.Topology)
		}
	}
	result = builds(t, "services:\n  a: {image: 'acme/iris:latest-em', environment: [MIRRORROLE=PRIMARY]}\n", nil)
	if text := string(result.Topology); !strings.Contains(text, `iris         = "acme/iris:latest-em"`) ||
		!strings.Contains(text, `iris_version = "2025.1"`) || !strings.Contains(comments(result),
		"names no release. 2025.1 is a guess") {
		t.Errorf("unexpected\n%s", text)
	}
}

// The release that is assumed is the one that the language takes by itself.
func TestDefaultRelease(t *testing.T) {
	result := builds(t, "services:\n  a: {image: 'iris:${X}', environment: [MIRRORROLE=PRIMARY]}\n", nil)
	again := builds(t, "services:\n  a: {image: 'iris:latest', environment: [MIRRORROLE=PRIMARY]}\n", nil)
	if result.Plan.Version != again.Plan.Version {
		t.Errorf("%v is assumed, the default is %v", again.Plan.Version, result.Plan.Version)
	}
}

// gateway is a lab with one gateway, whose CSP.ini is given.
const gateway = `services:
  n-a: {image: 'iris:2025.1', environment: [MIRRORROLE=PRIMARY], networks: {lan: {ipv4_address: 10.9.0.11}}}
  n-b: {image: 'iris:2025.1', environment: [MIRRORROLE=BACKUP], networks: {lan: {ipv4_address: 10.9.0.12}}}
  gw:
    image: webgateway:2025.1
    container_name: front
    environment: [ISC_CSP_INI_FILE=/gw/CSP.ini]
    volumes: ['./gw:/gw']
    networks: [lan]
networks: {lan: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}
`

// The login is that of the servers; that of the management pages stays with them.
func TestGatewayLogin(t *testing.T) {
	for name, c := range map[string]struct{ ini, want, remark string }{
		"decoded": {"[SYSTEM]\nUsername=Admin\nPassword=PBKDF2|SHA512|1|x|y\n" +
			"[NA]\nIp_Address=n-a\nUsername=Gw\nPassword=]]]c2VjcmV0\n",
			"username  = \"Gw\"\n  password  = \"secret\"", "The account of the management pages of gw, Admin in " +
				"[SYSTEM], is not carried over."},
		"plain, of the lab's server": {"[X]\nIp_Address=192.0.2.1\nUsername=Other\nPassword=o\n" +
			"[NA]\nIp_Address=10.9.0.12\nUsername=Gw\nPassword=plain\n",
			"username  = \"Gw\"\n  password  = \"plain\"", "Server X in CSP.ini has another account, Other; a " +
				"gateway of a lab has one."},
		"the default": {"[NA]\nIp_Address=n-a\nUsername=CSPSystem\nPassword=]]]U1lT\n", "", ""},
		"a command": {"[NA]\nIp_Address=n-a\nUsername=Gw\nPassword={sh /pw.sh}\n", "",
			"The password of server NA in CSP.ini is no text, and is not carried over."},
		"only the management pages": {"[SYSTEM]\nUsername=Admin\nPassword=x\n[NA]\nIp_Address=n-a\n", "",
			"Admin in [SYSTEM], is not carried over."},
	} {
		result := builds(t, gateway, map[string]string{"gw/CSP.ini": c.ini})
		text := string(result.Topology)
		if !strings.Contains(text, c.want) || c.want == "" && strings.Contains(text, "username") {
			t.Errorf("%s: want %s in\n%s", name, c.want, text)
		}
		if !strings.Contains(comments(result), c.remark) {
			t.Errorf("%s: want %s in\n%s", name, c.remark, text)
		}
	}
}

// Each gateway has its own CSP.ini; a virtual IP is mentioned; /csp goes where it went.
func TestGatewayServers(t *testing.T) {
	result := builds(t, gateway, map[string]string{
		"gw/CSP.ini": "[VIP]\nIp_Address=10.9.0.100\n[FAR]\nIp_Address=192.0.2.7\n" +
			"[NB]\nIp_Address=n-b:1972\n[APP_PATH_INDEX]\n/csp=Enabled\n" +
			"[APP_PATH:/csp]\nDefault_Server=NB\n[APP_PATH:/shop]\nDefault_Server=NB\n",
	})
	for _, want := range []string{
		"gw points at the virtual IP 10.9.0.100.", "Servers of CSP.ini that are not in the lab: FAR at 192.0.2.7.",
		"Paths of CSP.ini that the lab does not have, and that the argument ini adds: /shop to n-b.",
	} {
		if !strings.Contains(comments(result), want) {
			t.Errorf("want %s in\n%s", want, result.Topology)
		}
	}
	if !strings.Contains(string(result.Topology), `default_server = "n-b"`) {
		t.Errorf("unexpected\n%s", result.Topology)
	}
}

// Variables with addresses or hosts that the lab does not have are listed, and not carried over.
func TestStaleVariables(t *testing.T) {
	result := builds(t, `services:
  n-a:
    image: iris:2025.1
    environment: [MIRRORROLE=PRIMARY, PEER_IP=10.9.0.12, VIP=10.9.0.100, MAIL_HOST=mail,
      DB_URL=jdbc:IRIS://10.9.0.77:1972/X, DNS=192.0.2.53, MODE=mail]
    networks: {lan: {ipv4_address: 10.9.0.11}}
  N_b:
    image: iris:2025.1
    environment: [MIRRORROLE=BACKUP, OWN_HOST=N_b]
    networks: {lan: {ipv4_address: 10.9.0.12}}
  mail: {image: '${MAIL}', networks: {lan: {ipv4_address: 10.9.0.77}}}
networks: {lan: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}
`, nil)
	for _, want := range []string{
		"that the lab does not have: VIP=10.9.0.100, MAIL_HOST=mail, DB_URL=jdbc:IRIS://10.9.0.77:1972/X.",
		"that the lab does not have: OWN_HOST=N_b.",
		"Its virtual IP 10.9.0.100 is not carried over",
	} {
		if !strings.Contains(comments(result), want) {
			t.Errorf("want %s in\n%s", want, result.Topology)
		}
	}
	var names []string
	for line := range strings.Lines(string(result.Topology)) {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok && strings.ToUpper(name) == name &&
			name != "#" && name != "}" {
			names = append(names, name)
		}
	}
	if want := []string{"PEER_IP", "DNS", "MODE"}; !slices.Equal(names, want) {
		t.Errorf("carried over are %q, want %q\n%s", names, want, result.Topology)
	}
}

// A lab that is no mirror is said to be what it is.
func TestOtherLabs(t *testing.T) {
	for compose, c := range map[string]struct{ shape, note string }{
		"services:\n  iris: {image: 'iris:2025.1'}\n": {"iris-mirror IRISMIRROR: iris primary",
			"The lab has a single instance of IRIS and no mirror"},
		"services:\n  iris1: {image: 'iris:2025.1'}\n  iris2: {image: 'iris:2025.1'}\n": {
			"iris1-mirror IRIS1MIRROR: iris1 primary; iris2-mirror IRIS2MIRROR: iris2 primary",
			"Nothing in the lab says that its instances are mirrored"},
		instances("server", "client=ecp.cpf", "client2=ecp.cpf"): {"server-mirror SERVERMIRROR: server primary",
			"The lab is a distributed cache cluster (ECP) without a mirror"},
		instances("s-0=shard.cpf", "s-1=shard.cpf"): {"s-0-mirror S0MIRROR: s-0 primary; s-1-mirror S1MIRROR: s-1 " +
			"primary",
			"The merge files make a sharded cluster, which a topology cannot describe"},
	} {
		result := builds(t, compose, map[string]string{
			"cpf/server.cpf": "[Actions]\nModifyService:Name=%service_ecp,Enabled=1\n",
			"cpf/ecp.cpf":    "[ECPServers]\nDATA=server,1972\n",
			"cpf/shard.cpf":  "[Startup]\nShardRole=DATA\n",
		})
		if have := shape(result.Plan); have != c.shape || !strings.Contains(comments(result), c.note) {
			t.Errorf("%s, want %s and %s\n%s", have, c.shape, c.note, result.Topology)
		}
		if strings.Contains(string(result.Topology), "guessed") {
			t.Errorf("nothing is guessed\n%s", result.Topology)
		}
	}
}

// A service that extends one of another file has what that one has.
func TestExtendsOfFile(t *testing.T) {
	result := builds(t, "services:\n"+
		"  n-a: {extends: {file: base.yml, service: iris}, environment: [MIRRORROLE=PRIMARY]}\n"+
		"  n-b: {extends: {file: ./base.yml, service: iris}, environment: [MIRRORROLE=BACKUP]}\n"+
		"  n-d: {extends: {file: none.yml, service: iris}, environment: [MIRRORROLE=DR]}\n",
		map[string]string{"base.yml": "services:\n" +
			"  root: {image: 'acme/iris:2024.1'}\n  iris: {extends: root, cpus: 2}\n"})
	text := string(result.Topology)
	if strings.Count(text, "cpus = 2") != 2 || !strings.Contains(text, `iris = "acme/iris:2024.1"`) ||
		!strings.Contains(comments(result),
			"Not carried over from n-d: extends iris of none.yml, which cannot be read.") {
		t.Errorf("unexpected\n%s", text)
	}
}
