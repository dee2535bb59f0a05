package iris

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"mirrorgen/internal/standin/objectscript"
)

// socket is where the iris command reaches iris-main.
const socket = "/tmp/.stand-in-iris"

// control lets the iris command in.
func (i *Instance) control() error {
	os.Remove(socket)
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	os.Chmod(socket, 0o777)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				i.command(c)
			}()
		}
	}()
	return nil
}

// A frame is a piece of a command's output, or, with Over, its end.
type frame struct {
	Text string
	Over bool
	Exit int
}

type framed struct{ to *json.Encoder }

func (f framed) Write(b []byte) (int, error) { return len(b), f.to.Encode(frame{Text: string(b)}) }

// command runs one iris command: its arguments in a line of JSON, then its standard
// input.
func (i *Instance) command(c net.Conn) {
	reader := bufio.NewReader(c)
	line, err := reader.ReadBytes('\n')
	var args []string
	if err != nil || json.Unmarshal(line, &args) != nil {
		return
	}
	to := json.NewEncoder(c)
	to.Encode(frame{Over: true, Exit: i.run(args, reader, framed{to})})
}

func (i *Instance) run(args []string, in *bufio.Reader, out io.Writer) int {
	verb := ""
	if len(args) > 0 {
		verb = args[0]
	}
	if len(args) > 1 && !strings.EqualFold(args[1], "IRIS") && verb != "agent" {
		fmt.Fprintf(out, "Instance %q is not defined\n", args[1])
		return 1
	}
	switch verb {
	case "qlist":
		fmt.Fprintln(out, i.qlist())
	case "list", "all":
		kind, status := i.status()
		fmt.Fprintf(out, "Configuration 'IRIS'   (default)\n\tdirectory:    %s\n\tversionid:    %s\n\tstatus:       "+
			"%s\n", i.Install, i.Version, strings.Split(i.qlist(), "^")[3])
		if kind != "" {
			fmt.Fprintf(out, "\tmirroring: Member Type = %s; Status = %s\n", kind, status)
		}
	case "start":
		if err := i.Start(nil); err != nil {
			fmt.Fprintln(out, err)
			return 1
		}
	case "stop", "restart", "force":
		i.Stop(verb != "force")
		if verb == "restart" {
			return i.run([]string{"start"}, in, out)
		}
	case "session":
		return i.session(args[1:], in, out)
	case "agent":
		if err := i.StartAgent(2188); err != nil {
			fmt.Fprintln(out, err)
			return 1
		}
	default:
		fmt.Fprintf(out, "iris: %q is not modelled\n", verb)
		return 2
	}
	return 0
}

// session reads lines and runs them, as a terminal does whose input is a pipe.
func (i *Instance) session(args []string, in *bufio.Reader, out io.Writer) int {
	namespace, code := "USER", ""
	for n := 1; n < len(args); n++ {
		switch {
		case args[n] == "-U" && n+1 < len(args):
			n++
			namespace = strings.ToUpper(args[n])
		case strings.HasPrefix(args[n], "-U"):
			namespace = strings.ToUpper(args[n][2:])
		default:
			code = args[n]
		}
	}
	if !i.Running() {
		fmt.Fprintln(out, "Sign-on inhibited: IRIS is down")
		return 1
	}
	i.mu.Lock()
	_, known := i.store.Namespaces[namespace]
	i.mu.Unlock()
	if !known {
		fmt.Fprintf(out, "<NAMESPACE> %s\n", namespace)
		return 1
	}
	s := objectscript.New(i, namespace, out)
	if code != "" {
		s.Run("do " + code)
		return s.Exit
	}
	fmt.Fprintf(out, "\nNode: %s, Instance: IRIS\n", i.Host)
	for !s.Over() {
		fmt.Fprintf(out, "\n%s", s.Prompt())
		line, err := in.ReadString('\n')
		if line != "" {
			s.Run(strings.TrimRight(line, "\r\n"))
		}
		if err != nil {
			break
		}
	}
	return s.Exit
}

// Command is the iris command: it hands its arguments and its input to iris-main.
func Command(args []string, in io.Reader, out io.Writer) (int, error) {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return 1, fmt.Errorf("iris: iris-main does not run in this container: %w", err)
	}
	defer c.Close()
	line, err := json.Marshal(args)
	if err != nil {
		panic(err) // strings
	}
	if _, err := c.Write(append(line, '\n')); err != nil {
		return 1, err
	}
	if len(args) > 0 && args[0] == "session" {
		go func() {
			io.Copy(c, in)
			c.(*net.UnixConn).CloseWrite()
		}()
	}
	from := json.NewDecoder(c)
	for {
		var f frame
		if err := from.Decode(&f); err != nil {
			return 1, err
		}
		if f.Over {
			return f.Exit, nil
		}
		io.WriteString(out, f.Text)
	}
}
