package iris

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"mirrorgen/internal/standin/mirror"
	"mirrorgen/internal/standin/wire"
)

// An Instance is the IRIS of a container. Its methods may be called from any
// goroutine.
type Instance struct {
	Network wire.Network
	Times   wire.Times
	Host    string // the container's host name
	Version string // release, such as "2025.1"
	Install string // /usr/irissys
	Data    string // ISC_DATA_DIRECTORY, or the installation directory
	Out     io.Writer

	printing sync.Mutex

	// lifting is held while the instance starts or stops.
	lifting sync.Mutex

	// mu guards what follows. A member may hold its own lock while it takes this one,
	// never the other way round.
	mu        sync.Mutex
	store     *store
	cpf       string // iris.cpf as it was last written
	member    *mirror.Member
	agent     *mirror.Agent
	running   bool
	since     time.Time
	listeners []net.Listener
	conns     map[net.Conn]bool
	ecp       *ecpClient
	served    map[string]int // requests of web gateways, by their address
	accepted  int            // writes of clients
	refused   int
	primacy   time.Time // when it last stopped being primary, zero for never
}

// Say prints a line to the container's log.
func (i *Instance) Say(format string, args ...any) {
	i.printing.Lock()
	defer i.printing.Unlock()
	fmt.Fprintf(i.Out, "%s %s: %s\n", time.Now().Format("01/02/06-15:04:05.000"), i.Host, fmt.Sprintf(format, args...))
}

func (i *Instance) mgr() string     { return filepath.Join(i.Data, "mgr") }
func (i *Instance) cpfPath() string { return filepath.Join(i.Data, "iris.cpf") }

// Open reads what an earlier start has left, and makes the agent.
func (i *Instance) Open() error {
	if err := os.MkdirAll(i.mgr(), 0o755); err != nil {
		return fmt.Errorf("durable folder: %s does not exist, or cannot be created: %w", i.Data, err)
	}
	s, err := load(i.mgr())
	if err != nil {
		return err
	}
	i.store, i.conns = s, map[net.Conn]bool{}
	if s.Mirror != nil {
		i.member = mirror.NewMember(i.env(), *s.Mirror)
	}
	i.agent = mirror.NewAgent(i.env(), i.Member, func() bool { return i.enabled("%Service_Mirror") })
	return nil
}

// Member is the instance's place in a mirror, nil where it has none.
func (i *Instance) Member() *mirror.Member {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.member
}

// Running says whether the instance is up.
func (i *Instance) Running() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.running
}

func (i *Instance) enabled(service string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.store.Services[strings.ToLower(service)]
}

func (i *Instance) setting(key string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	n, _ := strconv.Atoi(i.store.Config[key])
	return n
}

func (i *Instance) env() mirror.Env {
	return mirror.Env{
		Network: i.Network, Times: i.Times,
		TLS:  func() (wire.TLS, error) { return i.tlsConfiguration(mirrorClient) },
		Log:  func(format string, args ...any) { i.Say("mirror: "+format, args...) },
		Save: func(state mirror.State) { i.change(func(s *store) { s.Mirror = &state }) },
		Role: func(from, to mirror.Status) {
			if from == mirror.Primary {
				i.mu.Lock()
				i.primacy = time.Now()
				i.mu.Unlock()
			}
			i.Say("mirror: role %q, was %q", to, from)
		},
		Crash: func(reason string) {
			i.Say("forced down: %s", reason)
			i.Stop(false)
		},
	}
}

// change changes the store and keeps it.
func (i *Instance) change(change func(*store)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change(i.store)
	i.keep()
}

// keep writes the store, and iris.cpf where it has changed. i.mu is held.
func (i *Instance) keep() {
	err := i.store.save(i.mgr())
	if text := i.store.cpfText(i.Version); err == nil && text != i.cpf {
		i.cpf = text
		// In place: whoever edits the file keeps its owner.
		err = os.WriteFile(i.cpfPath(), []byte(text), 0o644)
	}
	if err != nil {
		i.Say("cannot save: %v", err)
	}
}

// StartAgent starts the ISCAgent, where it does not run yet.
func (i *Instance) StartAgent(port int) error {
	if i.agent.Running() {
		return nil
	}
	i.Say("ISCAgent: Starting ApplicationServer on *:%d", port)
	return i.agent.Listen(port)
}

// Start starts the instance: `iris start`.
func (i *Instance) Start(merges []string) error {
	i.lifting.Lock()
	defer i.lifting.Unlock()
	if i.Running() {
		return fmt.Errorf("IRIS is already up")
	}
	i.mu.Lock()
	err := i.store.readCPF(i.cpfPath())
	if err == nil && i.store.Mirror != nil {
		i.member = mirror.NewMember(i.env(), *i.store.Mirror)
	}
	i.cpf = ""
	i.mu.Unlock()
	if err != nil {
		return err
	}
	later, err := i.merge(merges)
	if err != nil {
		return err
	}
	if err := i.listen(); err != nil {
		return err
	}
	i.mu.Lock()
	i.running, i.since = true, time.Now()
	i.keep()
	member := i.member
	i.mu.Unlock()
	if member != nil {
		member.Start()
	}
	i.startECP()
	i.Say("LMF Info: Licensed for 8 cores.")
	for _, action := range later {
		if err := action(); err != nil {
			i.Say("[ERROR] configuration merge: %v", err)
		}
	}
	return nil
}

// Stop stops the instance: gracefully as `iris stop`, or at once as `iris force`.
func (i *Instance) Stop(graceful bool) {
	i.lifting.Lock()
	defer i.lifting.Unlock()
	i.mu.Lock()
	if !i.running {
		i.mu.Unlock()
		return
	}
	i.running = false
	member, listeners, ecp := i.member, i.listeners, i.ecp
	i.listeners, i.ecp = nil, nil
	i.mu.Unlock()
	for _, l := range listeners {
		l.Close()
	}
	if ecp != nil {
		ecp.close()
	}
	if member != nil {
		member.Stop(graceful)
	}
	i.mu.Lock()
	for c := range i.conns {
		c.Close()
	}
	accepted, refused := i.accepted, i.refused
	i.mu.Unlock()
	i.Say("IRIS is down; writes accepted %d, refused %d", accepted, refused)
}

// enroll makes the instance a member of a mirror and starts that.
func (i *Instance) enroll(state mirror.State) {
	member := mirror.NewMember(i.env(), state)
	i.mu.Lock()
	i.member = member
	i.store.Mirror = &state
	i.keep()
	i.mu.Unlock()
	member.Start()
}

// status is what qlist says of the mirror; empty where the instance is no member.
func (i *Instance) status() (mirror.Type, mirror.Status) {
	m := i.Member()
	if m == nil {
		return "", ""
	}
	return m.Status()
}

// qlist is the line of `iris qlist` (GSA: fields separated by ^).
func (i *Instance) qlist() string {
	state, health := "down, last used "+time.Now().Format(time.ANSIC), ""
	var kind mirror.Type
	var status mirror.Status
	if i.Running() {
		state, health = "running, since "+i.since.Format(time.ANSIC), "ok"
		kind, status = i.status()
		if status == mirror.Transition {
			state = "sign-on inhibited:primary transition"
		}
	}
	web := "0"
	if i.ownWebServer() {
		web = "52773"
	}
	port := strconv.Itoa(i.setting("Startup.DefaultPort"))
	return strings.Join([]string{"IRIS", i.Install, i.Version, state, "iris.cpf", port, web, "0", health, "IRIS",
		string(kind), string(status), i.Data, port}, "^")
}
