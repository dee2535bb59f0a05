package rehearse

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"mirrorgen/internal/plan"
)

// Cluster says on which cluster of Kubernetes a lab is rehearsed, and how.
type Cluster struct {
	Kubeconfig string // file, "" for what kubectl takes
	Context    string // of the kubeconfig, "" for the current one
	// Load is a command that gives images of the Docker engine, which follow it as
	// arguments, to the cluster's nodes. Registry is where they are pushed instead, the first
	// part of their names there. One of the two is given.
	Load, Registry string
	// Nodes is a command that cuts a node off, and back: NODE down, NODE up. "" where no node
	// may be touched.
	Nodes string
}

// clusterSite is a cluster of Kubernetes. The lab has a namespace of its own there, which is
// the mark of the rehearsal too.
type clusterSite struct {
	*rehearsedLab
	kubectl    commands
	kubeconfig string            // in the temporary directory: the cluster that was chosen
	ways       *ways             // from this host into the lab
	cordoned   map[string]bool   // nodes that take no pods for now
	cut        map[string]bool   // nodes without their network
	addresses  map[string]string // of Services, by name
	own        map[string]string // images of containers of the user's own, by service
}

// oldestCluster is the oldest minor release of Kubernetes, and of kubectl, that the
// generated labs are made for; start.sh checks the same.
const oldestCluster = 27

// ClusterNamespace is the namespace in which a lab is rehearsed that has a namespace of that
// name.
func ClusterNamespace(namespace string) string {
	const suffix, longest = "-rehearsal", 63
	return strings.TrimRight(namespace[:min(len(namespace), longest-len(suffix))], "-") + suffix
}

// connectCluster finds the cluster, and what a rehearsal needs beside it. The error names the
// remedy.
func connectCluster(ctx context.Context, l *rehearsedLab) (*clusterSite, error) {
	for _, need := range []struct{ program, remedy string }{
		{"kubectl", "install it, https://kubernetes.io/docs/tasks/tools"},
		{"bash", "install bash; the lab's own scripts start and break it"},
		{"curl", "install curl; the lab's drills ask with it"},
	} {
		if _, err := exec.LookPath(need.program); err != nil {
			return nil, fmt.Errorf("%s was not found: %s", need.program, need.remedy)
		}
	}
	if l.Cluster.Load == "" && l.Cluster.Registry == "" {
		return nil,
			errors.New("how do the cluster's nodes get the stand-ins' images? Name with --load a command that " +
				"gives images of Docker to them (kind load docker-image, minikube image load), or with --registry a " +
				"registry that both reach. Where the nodes run on this Docker engine itself: --load true")
	}
	s := &clusterSite{rehearsedLab: l, cordoned: map[string]bool{}, cut: map[string]bool{},
		addresses: map[string]string{}}
	if err := s.choose(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// choose writes the kubeconfig of the chosen cluster alone into a file of its own: what
// the user chooses meanwhile is of no concern.
func (s *clusterSite) choose(ctx context.Context) error {
	environment := os.Environ()
	if s.Cluster.Kubeconfig != "" {
		if _, err := os.Stat(s.Cluster.Kubeconfig); err != nil {
			return fmt.Errorf("the kubeconfig cannot be read: %w", err)
		}
		environment = append(environment, "KUBECONFIG="+s.Cluster.Kubeconfig)
	}
	args := []string{"config", "view", "--raw", "--minify", "--flatten"}
	if s.Cluster.Context != "" {
		args = append(args, "--context", s.Cluster.Context)
	}
	content, err := commands{environment: environment}.output(ctx, "kubectl", args...)
	if err != nil {
		return clusterRemedy(err)
	}
	if err := s.makeWork(); err != nil {
		return err
	}
	s.kubeconfig = filepath.Join(s.work, "kubeconfig")
	if err := os.WriteFile(s.kubeconfig, []byte(content), 0o600); err != nil {
		return err
	}
	s.kubectl = commands{environment: append(environment, "KUBECONFIG="+s.kubeconfig)}
	return nil
}

// run runs kubectl in the lab's namespace.
func (s *clusterSite) run(ctx context.Context, args ...string) (string, error) {
	out, err := s.kubectl.output(ctx, "kubectl", append([]string{"--namespace", s.namespace()}, args...)...)
	return strings.TrimRight(out, "\n"), clusterRemedy(err)
}

func (s *clusterSite) namespace() string { return s.plan.Kubernetes.Namespace }

func (s *clusterSite) name() string { return "this cluster" }

// check asks for the cluster's version, for the rights that the rehearsal itself needs, and
// for the nodes' processor. What the lab needs start.sh finds out, and names.
func (s *clusterSite) check(ctx context.Context) error {
	out, err := s.run(ctx, "version", "--output", "json", "--request-timeout=20s")
	if err != nil {
		return err
	}
	var version struct {
		ServerVersion struct{ Minor, GitVersion string }
	}
	if err := json.Unmarshal([]byte(out), &version); err != nil {
		return fmt.Errorf("kubectl version: %w", err)
	}
	minor, err := strconv.Atoi(strings.TrimRight(version.ServerVersion.Minor, "+"))
	if err == nil && minor < oldestCluster {
		return fmt.Errorf("this cluster is Kubernetes %s, and 1.%d or later is needed",
			version.ServerVersion.GitVersion, oldestCluster)
	}
	for _, verb := range []string{"create", "delete"} {
		// It prints no, and ends with 1.
		if out, err := s.run(ctx, "auth", "can-i", verb, "namespaces"); ctx.Err() == nil && err != nil &&
			(out == "no" || strings.Contains(err.Error(), ": no")) {
			return fmt.Errorf("this user may not %s namespaces, and a rehearsal needs one of its own, %s: ask the "+
				"cluster's administrator, or rehearse on a cluster of your own (kind create cluster)", verb,
				s.namespace())
		}
	}
	return s.checkProcessor(ctx)
}

// checkProcessor compares the nodes' processors with that of the engine, which makes the
// images. Who may not see nodes is not told.
func (s *clusterSite) checkProcessor(ctx context.Context) error {
	out, err := s.run(ctx, "get", "nodes", "--output",
		`jsonpath={range .items[*]}{.status.nodeInfo.architecture}{"\n"}{end}`)
	if err != nil {
		return ctx.Err()
	}
	_, processor, _ := strings.Cut(s.engine.platform, "/")
	if nodes := lines(out); len(nodes) > 0 && !slices.Contains(nodes, processor) {
		return fmt.Errorf("the cluster's nodes have the processor %s, and the images are made on a Docker engine for "+
			"%s: choose an engine for %s (DOCKER_HOST, or docker context use)", nodes[0], processor, nodes[0])
	}
	return nil
}

// Annotations of the namespace of a rehearsal.
const (
	pidAnnotation  = "mirrorgen/rehearsal-pid"
	hostAnnotation = "mirrorgen/rehearsal-host"
	workAnnotation = "mirrorgen/rehearsal-directory"
)

// claim makes the namespace: the cluster lets only one have its name.
func (s *clusterSite) claim(ctx context.Context) error {
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("this host has no name: %w", err)
	}
	if err := s.breakClaim(ctx, host); err != nil {
		return err
	}
	manifest, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{
			"name": s.namespace(),
			"labels": map[string]string{"app.kubernetes.io/managed-by": "mirrorgen",
				"app.kubernetes.io/part-of": s.plan.Name},
			"annotations": map[string]string{pidAnnotation: strconv.Itoa(os.Getpid()), hostAnnotation: host,
				workAnnotation: s.work},
		}})
	if err != nil {
		panic(err) // strings and maps of them
	}
	if _, err := s.kubectl.feed(ctx, strings.NewReader(string(manifest)), "kubectl", "create", "--filename",
		"-"); err != nil {
		return fmt.Errorf("making the namespace %s: %w", s.namespace(), clusterRemedy(err))
	}
	s.locked = true
	return nil
}

// breakClaim removes what an earlier rehearsal left, and refuses a namespace that is somebody
// else's.
func (s *clusterSite) breakClaim(ctx context.Context, host string) error {
	out, err := s.run(ctx, "get", "namespace", s.namespace(), "--ignore-not-found", "--output", "json")
	if err != nil || out == "" {
		return err
	}
	var found struct {
		Metadata struct{ Annotations map[string]string }
		Status   struct{ Phase string }
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		return fmt.Errorf("kubectl get namespace: %w", err)
	}
	pid, isOurs := found.Metadata.Annotations[pidAnnotation]
	number, _ := strconv.Atoi(pid)
	on := found.Metadata.Annotations[hostAnnotation]
	remove := "kubectl delete namespace " + s.namespace()
	switch {
	case found.Status.Phase == "Terminating":
		s.logf("waiting until the namespace %s of an earlier rehearsal is gone", s.namespace())
	case !isOurs:
		return fmt.Errorf("the cluster has a namespace %s that is not a rehearsal's: delete it (%s), or give the lab "+
			"another namespace (kubernetes block)", s.namespace(), remove)
	case on != host:
		return fmt.Errorf("this lab is being rehearsed by process %s on host %s; where that is gone: %s", pid, on,
			remove)
	case alive(number) && number != os.Getpid():
		return fmt.Errorf("this lab is being rehearsed already, by process %s: wait until it has ended (%s, if it is "+
			"no "+
			"mirrorgen)", pid, remove)
	default:
		os.RemoveAll(found.Metadata.Annotations[workAnnotation])
		s.logf("removing what an earlier rehearsal of this lab left or kept: the namespace %s", s.namespace())
	}
	return s.deleteNamespace(ctx)
}

// deleteNamespace deletes it with all that is in it, and waits for that.
func (s *clusterSite) deleteNamespace(ctx context.Context) error {
	_, err := s.run(ctx, "delete", "namespace", s.namespace(), "--ignore-not-found", "--wait=false")
	if err != nil {
		return err
	}
	// What IRIS would save on its way down is deleted anyway, and nobody makes pods anew any more.
	s.run(ctx, "delete", "pods", "--all", "--force", "--grace-period=0", "--wait=false")
	_, err = s.run(ctx, "delete", "namespace", s.namespace(), "--ignore-not-found", "--wait",
		fmt.Sprintf("--timeout=%ds", int(takeDownLimit.Seconds())))
	return err
}

func (s *clusterSite) environment() []string {
	return []string{"KUBECONFIG=" + s.kubeconfig, "LAB_KUSTOMIZATION=" + filepath.Join(s.work, "overlay")}
}

// exec runs a program in the pod of an instance, which is called as its host.
func (s *clusterSite) exec(ctx context.Context, service string, in io.Reader, args ...string) (string, error) {
	all := []string{"--namespace", s.namespace(), "exec", s.hostName(service), "--container", "iris"}
	if in != nil {
		all = append(all, "--stdin")
	}
	out, err := s.kubectl.feed(ctx, in, "kubectl", append(append(all, "--"), args...)...)
	return out, clusterRemedy(err)
}

func (s *clusterSite) log(ctx context.Context, service string, since time.Time, last int) (string, error) {
	return s.run(ctx, "logs", "--selector", "app.kubernetes.io/instance="+service, "--all-containers",
		"--since-time", since.UTC().Format(time.RFC3339), "--tail", strconv.Itoa(cmp.Or(last, -1)))
}

// address is that of a gateway's Service.
func (s *clusterSite) address(ctx context.Context, to *plan.Backend) (string, error) {
	if s.addresses[to.Name] == "" {
		out, err := s.run(ctx, "get", "service", to.Name, "--output", "jsonpath={.spec.clusterIP}")
		if err != nil {
			return "", err
		}
		s.addresses[to.Name] = out
	}
	return s.addresses[to.Name], nil
}

// A pod is one of the lab's.
type pod struct {
	service, name, node string
	ready, leaving      bool
	restarts            int
	state               string // for a sentence
}

// pods lists those of the lab.
func (s *clusterSite) pods(ctx context.Context) ([]pod, error) {
	out, err := s.run(ctx, "get", "pods", "--output", "json")
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			Metadata struct {
				Name              string
				DeletionTimestamp string
				Labels            map[string]string
			}
			Spec   struct{ NodeName string }
			Status struct {
				Phase      string
				Conditions []struct{ Type, Status, Message string }
				// What has a state is waiting, or has ended, for a reason.
				ContainerStatuses []struct {
					RestartCount int
					State        map[string]struct{ Reason string }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return nil, fmt.Errorf("kubectl get pods: %w", err)
	}
	var pods []pod
	for _, item := range list.Items {
		p := pod{service: item.Metadata.Labels["app.kubernetes.io/instance"], name: item.Metadata.Name,
			node: item.Spec.NodeName, leaving: item.Metadata.DeletionTimestamp != "", state: item.Status.Phase}
		for _, c := range item.Status.ContainerStatuses {
			p.restarts += c.RestartCount
			for _, state := range c.State {
				p.state = cmp.Or(state.Reason, p.state)
			}
		}
		for _, c := range item.Status.Conditions {
			switch {
			case c.Type == "Ready":
				p.ready = c.Status == "True"
			case c.Type == "PodScheduled" && c.Status != "True":
				p.state = cmp.Or(c.Message, p.state)
			}
		}
		pods = append(pods, p)
	}
	return pods, nil
}

// unhealthy lists the services that have no pod that is ready.
func (s *clusterSite) unhealthy(ctx context.Context) ([]string, error) {
	pods, err := s.pods(ctx)
	if err != nil {
		return nil, err
	}
	state := map[string]string{}
	for _, p := range pods {
		switch {
		case p.ready && !p.leaving:
			state[p.service] = "ready"
		case state[p.service] == "":
			state[p.service] = p.state
		}
	}
	var ill []string
	for _, service := range s.plan.Services {
		if state[service.Name] != "ready" {
			ill = append(ill, fmt.Sprintf("%s: %s", service.Name, cmp.Or(state[service.Name], "no pod")))
		}
	}
	return ill, nil
}

// watch looks afterwards whether pods could start in the order in which they came: one that
// did not find what it needs would have ended and been started anew.
func (s *clusterSite) watch(ctx context.Context) func() func(*record) {
	return func() func(*record) {
		return func(r *record) {
			pods, err := s.pods(ctx)
			if err != nil {
				r.checkf(false, err.Error(), "pods start in any order")
				return
			}
			var again []string
			for _, p := range pods {
				if p.restarts > 0 {
					again = append(again, fmt.Sprintf("%s was started %d times", p.name, p.restarts+1))
				}
			}
			r.checkf(len(again) == 0, cmp.Or(strings.Join(again, "; "), "it was so"),
				"pods start in any order, none of them twice")
		}
	}
}

// remains lists the namespace, and volumes that were in it.
func (s *clusterSite) remains(ctx context.Context) ([]string, error) {
	out, err := s.run(ctx, "get", "namespace", s.namespace(), "--ignore-not-found", "--output", "name")
	if err != nil {
		return nil, err
	}
	list := lines(out)
	// A provisioner may delete them a moment later; who may not see them is not told.
	for range 20 {
		out, err = s.run(ctx, "get", "persistentvolumes", "--output",
			`jsonpath={range .items[?(@.spec.claimRef.namespace=="`+s.namespace()+`")]}{.metadata.name}{"\n"}{end}`)
		if err != nil || out == "" {
			return list, ctx.Err()
		}
		time.Sleep(500 * time.Millisecond)
	}
	return append(list, "volumes "+strings.Join(lines(out), ", ")), nil
}

func (s *clusterSite) kinds() string { return "namespace, volume or data" }

// clear gives nodes back, and deletes the namespace.
func (s *clusterSite) clear(ctx context.Context) error {
	s.ways.close()
	left := []error{s.restoreNodes(ctx)}
	if s.locked {
		left = append(left, s.deleteNamespace(ctx))
	}
	return errors.Join(left...)
}

func (s *clusterSite) kept() string {
	s.ways.close()
	return fmt.Sprintf("Kept: the lab runs in the namespace %s, and its scripts are in %s. For them:\n"+
		"  export KUBECONFIG=%s LAB_KUSTOMIZATION=%s %s\n"+
		"The next rehearsal of this lab removes it; so does ./stop.sh --purge there.",
		s.namespace(), s.dir, s.kubeconfig, filepath.Join(s.work, "overlay"), strings.Join(s.Limits(), " "))
}

// clusterExplanations are what kubectl's own messages mean for a rehearsal, and the way out.
var clusterExplanations = []struct{ message, meaning string }{
	{"current-context must exist", "kubectl is set to no cluster: name a kubeconfig with --kubeconfig or KUBECONFIG, " +
		"or a context with --context (kubectl config get-contexts lists them)"},
	{"no context exists with the name", "the kubeconfig has no such context: kubectl config get-contexts lists them"},
	{"cannot locate context", "the kubeconfig has no such context: kubectl config get-contexts lists them"},
	{"provide credentials", "the cluster does not know this user: log in to it again"},
	{"Unauthorized", "the cluster does not know this user: log in to it again"},
	{"must be logged in", "the cluster does not know this user: log in to it again"},
	{"orbidden",
		"this user may not do that in the cluster: ask its administrator, or rehearse on a cluster of your own"},
	{"was refused - did you specify the right host", "the cluster does not answer: start it, or choose another with " +
		"--kubeconfig or --context"},
	{"Unable to connect to the server", "the cluster does not answer: is it running, and is this the right one " +
		"(kubectl config current-context)?"},
	{"timed out waiting for the condition", "it takes too long: kubectl get events --all-namespaces says what the " +
		"cluster is doing"},
	{"exceeded quota", "the cluster's quota does not allow it: ask its administrator for more, or rehearse on a " +
		"cluster of your own"},
}

// clusterRemedy adds to an error of kubectl's what it means here.
func clusterRemedy(err error) error {
	var failed *commandError
	if !errors.As(err, &failed) {
		return err
	}
	for _, x := range clusterExplanations {
		if strings.Contains(failed.output, x.message) {
			return &explained{x.meaning, failed}
		}
	}
	return err
}
