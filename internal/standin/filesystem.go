package standin

// A File is an executable shell script at a path of the product, which leads to the
// stand-in.
type File struct {
	Path, Content string
	Owner         int
}

// An Image is what is laid over a base that has bash, a shell's everyday programs and
// this program at /mirrorgen.
type Image struct {
	Name        string // iris, arbiter, webgateway or grafana
	Directories []File // Path and Owner
	Files       []File
	Entrypoint  string
	User        int
	Workdir     string
}

// irisowner is the user that IRIS and the arbiter run as (ADOCK).
const irisowner = 51773

// askHealth succeeds where the stand-in for Grafana says that it is well.
const askHealth = `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/3000 && printf 'GET /api/health HTTP/1.0\r\n\r\n' >&3 && read -r _ code _ <&3 &&
  [[ $code == 200 ]]
`

// Images are the images that take the place of the vendor's, and of Grafana's. Their environment has
// MIRRORGEN_TIME_SCALE and, for iris, MIRRORGEN_IRIS_VERSION.
func Images() []Image {
	role := func(path, role string) File {
		return File{Path: path, Content: "#!/bin/bash\nexec /mirrorgen stand-in " + role + " \"$@\"\n"}
	}
	return []Image{
		{
			Name: "iris", Entrypoint: "/iris-main", User: irisowner, Workdir: "/home/irisowner",
			Directories: []File{{Path: "/usr/irissys", Owner: irisowner}, {Path: "/home/irisowner", Owner: irisowner},
				{Path: "/home/irisowner/db", Owner: irisowner}, {Path: "/home/irisowner/irissys", Owner: irisowner}},
			Files: []File{
				role("/iris-main", "iris-main"), role("/usr/bin/iris", "iris"),
				role("/home/irisowner/irissys/ISCAgentUser", "agent"),
				// The hooks of releases before 2022.1 use it; Debian's busybox has none.
				{Path: "/usr/local/bin/nohup", Content: "#!/bin/bash\ntrap '' HUP\nexec \"$@\"\n"},
			},
		},
		{
			Name: "arbiter", Entrypoint: "/entry", User: irisowner, Workdir: "/",
			// The lab's command is one word with a space in it, as seen in public labs.
			Files: []File{role("/usr/local/etc/irissys/startISCAgent.sh", "arbiter"), {Path: "/entry",
				Content: "#!/bin/bash\neval \"exec $*\"\n"}},
		},
		{Name: "webgateway", Entrypoint: "/startWebGateway", Workdir: "/", Files: []File{role("/startWebGateway",
			"webgateway")}},
		{
			Name: "grafana", Entrypoint: "/run.sh", Workdir: "/",
			// Its health check asks with wget, which the base may lack.
			Files: []File{role("/run.sh", "grafana"), {Path: "/usr/local/bin/wget", Content: askHealth}},
		},
	}
}
