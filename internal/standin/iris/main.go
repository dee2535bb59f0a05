package iris

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Options are iris-main's flags that are modelled (ADOCK).
type Options struct {
	Key, Before, After string
	PasswordFile       string
	Up                 bool // -u: start IRIS
	Agent              bool // --ISCAgent
	AgentPort          int
}

// ParseOptions reads iris-main's command line.
func ParseOptions(args []string) (Options, error) {
	o := Options{Up: true, Agent: true, AgentPort: 2188}
	for len(args) > 0 {
		name, value, joined := strings.Cut(args[0], "=")
		args = args[1:]
		if !joined {
			if len(args) == 0 {
				return o, fmt.Errorf("iris-main: %s needs a value", name)
			}
			value, args = args[0], args[1:]
		}
		var err error
		switch name {
		case "-k", "--key":
			o.Key = value
		case "-p", "--password-file":
			o.PasswordFile = value
		case "-b", "--before":
			o.Before = value
		case "-a", "--after":
			o.After = value
		case "-u", "--up":
			o.Up, err = strconv.ParseBool(value)
		case "--ISCAgent":
			o.Agent, err = strconv.ParseBool(value)
		case "--ISCAgentPort":
			o.AgentPort, err = strconv.Atoi(value)
		case "--check-caps", "--monitorCPF", "-i", "--instance", "-l", "--log":
		default:
			return o, fmt.Errorf("iris-main: unknown option %s", name)
		}
		if err != nil {
			return o, fmt.Errorf("iris-main: %s: %w", name, err)
		}
	}
	return o, nil
}

// Main is iris-main: it starts the ISCAgent, runs --before, starts IRIS, runs --after
// and waits until the container is stopped, which stops IRIS gracefully. It returns the
// container's exit code.
func (i *Instance) Main(args []string, merge string) int {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	if err := i.up(args, merge); err != nil {
		i.Say("[ERROR] %v", err)
		i.Stop(true)
		return 1
	}
	<-stop
	i.Say("[INFO] Shutting down InterSystems IRIS instance IRIS...")
	i.Stop(true)
	return 0
}

func (i *Instance) up(args []string, merge string) error {
	o, err := ParseOptions(args)
	if err != nil {
		return err
	}
	if err := i.checkData(); err != nil {
		return err
	}
	if err := i.Open(); err != nil {
		return err
	}
	if err := i.copyKey(o.Key); err != nil {
		return err
	}
	if err := i.setPassword(o.PasswordFile); err != nil {
		return err
	}
	if err := i.control(); err != nil {
		return err
	}
	if year, _, _ := strings.Cut(i.Version, "."); o.Agent && year >= "2021" {
		// iris-main starts it before anything else from 2021 on (observed).
		if err := i.StartAgent(o.AgentPort); err != nil {
			return err
		}
	}
	if err := i.hook(o.Before); err != nil {
		return err
	}
	if !o.Up {
		return nil
	}
	i.Say("[INFO] Starting InterSystems IRIS instance IRIS...")
	if err := i.Start(strings.Split(merge, ",")); err != nil {
		return err
	}
	i.Say("[INFO] ...started InterSystems IRIS instance IRIS")
	return i.hook(o.After)
}

// checkData: ISC_DATA_DIRECTORY must belong to the user that IRIS runs as, or to a group of
// its that may write (ADOCK: fsGroup 51773 on Kubernetes), or not exist yet in a directory that
// does; with data but without mgr it is refused (ADOCK).
func (i *Instance) checkData() error {
	if i.Data == i.Install {
		return nil
	}
	directory := i.Data
	info, err := os.Stat(directory)
	if err != nil {
		directory = filepath.Dir(directory)
		if info, err = os.Stat(directory); err != nil {
			return fmt.Errorf("durable folder: %s does not exist, or cannot be created", i.Data)
		}
	} else if entries, _ := os.ReadDir(directory); len(entries) > 0 {
		if _, err := os.Stat(i.mgr()); err != nil {
			return fmt.Errorf("durable folder: %s holds data, but no mgr", i.Data)
		}
	}
	if owner, known := ownerOf(info); known && owner != os.Geteuid() && !groupWrites(info) {
		return fmt.Errorf("ERROR #5001: Cannot create target: %s belongs to uid %d, not to %d", directory, owner,
			os.Geteuid())
	}
	return nil
}

// copyKey copies the licence key into mgr (ADOCK, --key).
func (i *Instance) copyKey(key string) error {
	if key == "" {
		return nil
	}
	content, err := os.ReadFile(key)
	if err != nil {
		return fmt.Errorf("the licence key cannot be read: %w", err)
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return fmt.Errorf("the licence key %s is empty", key)
	}
	return write(filepath.Join(i.mgr(), "iris.key"), content)
}

// setPassword gives the accounts with a role, and CSPSystem, the password of a file, once
// (ADOCK, --password-file). At their first login by hand they are still asked for another.
func (i *Instance) setPassword(file string) error {
	if file == "" || i.store.Hashed {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("the password file cannot be read: %w", err)
	}
	password := string(content)
	if strings.TrimSpace(password) == "" || strings.ContainsAny(password, " \n\r\t\x00") {
		return fmt.Errorf("the password file %s does not hold one word alone", file)
	}
	i.change(func(s *store) {
		s.Hashed = true
		for name, u := range s.Users {
			if u.Roles != "" || name == "cspsystem" {
				u.Password, u.Hash = password, ""
				s.Users[name] = u
			}
		}
	})
	return nil
}

// hook runs a --before or --after command through a shell. Text on standard error, or an
// exit code other than 0, has iris-main shut IRIS down (observed on 2026.2).
func (i *Instance) hook(command string) error {
	if command == "" {
		return nil
	}
	i.Say("[INFO] Executing command %s...", command)
	var stderr bytes.Buffer
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.Stdout, cmd.Stderr = i.Out, io.MultiWriter(&stderr, i.Out)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("command %q exited with status %d", command, cmd.ProcessState.ExitCode()<<8)
	}
	if stderr.Len() > 0 {
		return fmt.Errorf("%s", strings.TrimSpace(stderr.String()))
	}
	i.Say("[INFO] ...executed command %s", command)
	return nil
}
