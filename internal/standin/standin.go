// Package standin is what runs in the containers of a rehearsal in place of the vendor's
// programs.
package standin

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"mirrorgen/internal/standin/grafana"
	"mirrorgen/internal/standin/iris"
	"mirrorgen/internal/standin/mirror"
	"mirrorgen/internal/standin/webgateway"
	"mirrorgen/internal/standin/wire"
)

// Run plays a role until it is over and returns the exit code: "iris-main", "iris",
// "arbiter" (in an IRIS container: its ISCAgent), "webgateway" or "grafana".
func Run(role string, args []string, in io.Reader, out io.Writer) (int, error) {
	debug.SetGCPercent(50)
	debug.SetMemoryLimit(16 << 20)
	times, err := wire.ParseScale(os.Getenv("MIRRORGEN_TIME_SCALE"))
	if err != nil {
		return 1, err
	}
	host, err := os.Hostname()
	if err != nil {
		return 1, err
	}
	switch role {
	case "iris-main":
		install := "/usr/irissys"
		i := &iris.Instance{
			Network: wire.Host{}, Times: times, Host: host, Install: install, Out: out,
			Version: or(os.Getenv("MIRRORGEN_IRIS_VERSION"), "2025.1"),
			Data:    filepath.Clean(or(os.Getenv("ISC_DATA_DIRECTORY"), install)),
		}
		return i.Main(args, os.Getenv("ISC_CPF_MERGE_FILE")), nil
	case "iris":
		return iris.Command(args, in, out)
	case "agent":
		code, err := iris.Command([]string{"agent"}, in, out)
		return code, err
	case "arbiter":
		return arbiter(host, times, out)
	case "webgateway":
		return 1, webgateway.Run(os.Getenv("ISC_CSP_INI_FILE"), os.Getenv("ISC_CSP_CONF_FILE"),
			os.Getenv("MIRRORGEN_MAX_REQUEST_WORKERS"), times, 80, out)
	case "grafana":
		return 1, grafana.Run(3000, out)
	}
	return 2, fmt.Errorf("there is no stand-in for %q", role)
}

// arbiter is an ISCAgent without an instance.
func arbiter(host string, times wire.Times, out io.Writer) (int, error) {
	env := mirror.Env{Network: wire.Host{}, Times: times, Log: func(format string, args ...any) {
		fmt.Fprintf(out, host+": "+format+"\n", args...)
	}}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	agent := mirror.NewAgent(env, func() *mirror.Member { return nil }, func() bool { return false })
	if err := agent.Listen(2188); err != nil {
		return 1, err
	}
	env.Log("ISCAgent: Starting ApplicationServer on *:2188")
	<-stop
	return 0, nil
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
