package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mirrorgen/internal/plan"
)

// Limits of what a cluster does by itself, whatever the time scale: it makes a pod anew,
// and notices that a node is gone, or back.
const (
	podLimit  = 90 * time.Second
	nodeLimit = 90 * time.Second
)

// scaled are seconds of the product, and some for the cluster.
func (l *rehearsedLab) scaled(seconds float64) time.Duration {
	return time.Duration((seconds*l.TimeScale + float64(l.Slack)) * float64(time.Second))
}

// await notes whether something becomes so in time. seen says how it is instead.
func (r *record) await(ctx context.Context, limit time.Duration, expected string, is func() (ok bool,
	seen string)) bool {
	began := time.Now()
	for {
		ok, seen := is()
		if ok {
			r.checkf(true, fmt.Sprintf("it was so after %.1f s", time.Since(began).Seconds()), "%s", expected)
			return true
		}
		if time.Since(began) > limit || ctx.Err() != nil {
			r.checkf(false, seen, "%s within %g s", expected, limit.Seconds())
			return false
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// awaitRole waits until a member has that mirror status.
func (l *rehearsedLab) awaitRole(ctx context.Context, r *record, limit time.Duration, member, status string) bool {
	return r.await(ctx, limit, fmt.Sprintf("%s is %s", member, strings.ToLower(status)), func() (bool, string) {
		now := l.role(ctx, member)
		return now.kind == "Failover" && now.status == status, member + " is " + cmp.Or(now.status, "down")
	})
}

// awaitHealthy waits until every service has a pod that is ready.
func (l *rehearsedLab) awaitHealthy(ctx context.Context, r *record) bool {
	return r.await(ctx, podLimit, "every service has a pod that is ready", func() (bool, string) {
		ill, err := l.site.unhealthy(ctx)
		if err != nil {
			return false, err.Error()
		}
		return len(ill) == 0, strings.Join(ill, "; ")
	})
}

// awaitServed waits until clients reach the member, by HTTP and by SQL.
func (l *rehearsedLab) awaitServed(ctx context.Context, r *record, member string) {
	const limit = 30 * time.Second
	web := l.webClient(answerLimit)
	for _, n := range l.plan.NGINX {
		if base := l.plan.BalancerBase(n); base != "" && r.mirror.ServesDemo() {
			r.await(ctx, limit, fmt.Sprintf("the application answers from %s through %s", member, n.Name),
				func() (bool, string) {
					a := l.get(ctx, web, base+"/"+r.mirror.Name+r.mirror.ProbePath(), true)
					return a.code == http.StatusOK && servedBy(a.body) == l.hostName(member), a.String()
				})
		}
	}
	for _, port := range sqlPorts(l.plan) {
		if port.mirror == r.mirror {
			r.await(ctx, limit, fmt.Sprintf("superserver port %d leads to %s", port.number, member), func() (bool,
				string) {
				s, err := l.openSession(ctx, l.site.at(port.number))
				if err != nil {
					return false, err.Error()
				}
				defer s.close()
				who, _, err := s.who()
				return err == nil && who == l.hostName(member), fmt.Sprint(cmp.Or(who, fmt.Sprint(err)))
			})
		}
	}
}

// failoverMembers are the primary and the backup of now.
func (l *rehearsedLab) failoverMembers(ctx context.Context, r *record) (primary, backup string, ok bool) {
	ok = r.await(ctx, l.scaled(120), "the mirror has a primary and a backup", func() (bool, string) {
		primary, backup = "", ""
		for _, m := range r.mirror.Members {
			switch now := l.role(ctx, m.Name); {
			case now.primary():
				primary = m.Name
			case now.kind == "Failover" && now.status == "Backup":
				backup = m.Name
			}
		}
		return primary != "" && backup != "", fmt.Sprintf("primary %s, backup %s", cmp.Or(primary, "none"),
			cmp.Or(backup, "none"))
	})
	return primary, backup, ok
}

// rollout changes the gateways' configuration, and has start.sh roll them.
func rollout(ctx context.Context, l *rehearsedLab, r *record) {
	s := l.site.(*clusterSite)
	before, err := s.pods(ctx)
	for _, config := range l.plan.GatewayConfigs {
		file := filepath.Join(l.dir, "webgateway", config.File)
		var content []byte
		if content, err = os.ReadFile(file); err == nil {
			err = os.WriteFile(file, append(content, "; another configuration\n"...), 0o644)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		r.checkf(false, err.Error(), "the gateways' configuration can be changed")
		return
	}
	out, err := l.script(ctx, "start.sh")
	r.attach("start.sh", out)
	r.checkf(err == nil, strings.Join(endOf(out, 3), "\n"), "start.sh brings it to the gateways")
	after, err := s.pods(ctx)
	if err != nil {
		r.checkf(false, err.Error(), "the pods can be listed")
		return
	}
	var same, made []string
	for _, p := range after {
		old := slices.ContainsFunc(before, func(b pod) bool { return b.name == p.name })
		gateway := slices.ContainsFunc(l.plan.Gateways, func(g *plan.Gateway) bool { return g.Name == p.service })
		switch {
		case gateway && old && !p.leaving:
			same = append(same, p.name)
		case !gateway && !old:
			made = append(made, p.name)
		}
	}
	r.checkf(len(same) == 0, strings.Join(same, ", ")+" stayed", "every gateway has another pod")
	r.checkf(len(made) == 0, strings.Join(made, ", ")+" was made", "nothing else is made anew")
	time.Sleep(time.Duration(l.plan.Kubernetes.Farewell+3) * time.Second) // the pods before leave
}

// drain has the cluster take all pods off the primary's node.
func drain(ctx context.Context, l *rehearsedLab, r *record) {
	s := l.site.(*clusterSite)
	primary, backup, ok := l.failoverMembers(ctx, r)
	if !ok || !s.separate(ctx, r, primary, backup) {
		return
	}
	node := s.nodeOf(ctx, primary)
	s.cordoned[node] = true
	out, err := s.run(ctx, "drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force",
		"--pod-selector="+rehearsalLabel+"="+s.namespace(), fmt.Sprintf("--timeout=%ds", int(podLimit.Seconds())))
	r.checkf(err == nil, strings.Join(endOf(out, 3), "\n"), "kubectl drain empties the node of %s, %s", primary, node)
	if l.awaitRole(ctx, r, l.scaled(30), backup, "Primary") {
		l.awaitServed(ctx, r, backup)
	}
	l.awaitRole(ctx, r, podLimit, primary, "Backup")
	l.awaitHealthy(ctx, r)
	if err := s.restoreNodes(ctx); err != nil {
		r.checkf(false, err.Error(), "the node takes pods again")
	}
	s.separate(ctx, r, backup, primary)
}

// nodeLoss cuts the primary's node off: nobody there is told, and nobody there can be asked.
func nodeLoss(ctx context.Context, l *rehearsedLab, r *record) {
	s := l.site.(*clusterSite)
	primary, backup, ok := l.failoverMembers(ctx, r)
	if !ok || !s.separate(ctx, r, primary, backup) {
		return
	}
	node := s.nodeOf(ctx, primary)
	if !s.vacate(ctx, r, node) {
		return
	}
	if err := s.cable(ctx, node, "down"); err != nil {
		r.checkf(false, err.Error(), "the command of --nodes cuts off the node of %s, %s", primary, node)
		return
	}
	l.logf("  node %s, where %s runs, has no network", node, primary)
	if l.awaitRole(ctx, r, l.scaled(60), backup, "Primary") {
		l.awaitServed(ctx, r, backup)
	}
	r.await(ctx, nodeLimit, "the cluster takes "+node+" for lost", func() (bool, string) {
		return s.nodeIs(ctx, node,
			false)
	})
	if err := s.cable(ctx, node, "up"); err != nil {
		r.checkf(false, err.Error(), "the command of --nodes gives %s its network back", node)
		return
	}
	r.await(ctx, nodeLimit, node+" is ready again", func() (bool, string) { return s.nodeIs(ctx, node, true) })
	// The agent has forced IRIS down there, so that nobody writes to two primaries. Nothing
	// starts it again but its user.
	r.await(ctx, podLimit, primary+" is down, as another has its role", func() (bool, string) {
		now := l.role(ctx, primary)
		return now.status == "" || now.status == "Backup", primary + " is " + now.status
	})
	if l.role(ctx, primary).status == "" {
		out, err := s.exec(ctx, primary, nil, "bash", "-c",
			"iris start IRIS quietly </dev/null >/tmp/rehearsal.log 2>&1")
		r.checkf(err == nil, out, "IRIS starts on %s", primary)
	}
	l.awaitRole(ctx, r, podLimit, primary, "Backup")
	l.awaitHealthy(ctx, r)
	l.awaitServed(ctx, r, backup)
}

// separate makes sure that two members run on different nodes: the one that is no primary is
// made anew where it shares a node.
func (s *clusterSite) separate(ctx context.Context, r *record, primary, other string) bool {
	for range 3 {
		if s.nodeOf(ctx, primary) != s.nodeOf(ctx, other) {
			return true
		}
		s.run(ctx, "delete", "pod", s.hostName(other))
		if !s.awaitRole(ctx, r, podLimit, other, "Backup") {
			return false
		}
	}
	r.checkf(false, "both are on "+s.nodeOf(ctx, primary), "%s and %s run on different nodes", primary, other)
	return false
}

// nodeOf is the node of an instance, "" for none.
func (s *clusterSite) nodeOf(ctx context.Context, instance string) string {
	out, _ := s.run(ctx, "get", "pod", s.hostName(instance), "--output", "jsonpath={.spec.nodeName}")
	return out
}

// vacate moves the arbiter and the balancers off a node. What is lost with it is the trial's
// subject: its members and a gateway, and not the way in, nor the vote.
func (s *clusterSite) vacate(ctx context.Context, r *record, node string) bool {
	pods, err := s.pods(ctx)
	if err != nil {
		r.checkf(false, err.Error(), "the pods can be listed")
		return false
	}
	s.cordoned[node] = true
	_, err = s.run(ctx, "cordon", node)
	gateways := 0 // that stay, if there are some elsewhere
	for _, p := range pods {
		if s.kindOf(p.service) == plan.KindGateway && p.node != node && !p.leaving {
			gateways++
		}
	}
	for _, p := range pods {
		kind := s.kindOf(p.service)
		if err == nil && p.node == node && kind == plan.KindGateway && gateways == 0 {
			gateways++
			_, err = s.run(ctx, "delete", "pod", p.name)
		}
		if err == nil && p.node == node && (kind == plan.KindArbiter || kind == plan.KindNGINX ||
			kind == plan.KindHAProxy) {
			_, err = s.run(ctx, "delete", "pod", p.name)
		}
	}
	if err != nil {
		r.checkf(false, err.Error(), "arbiter and balancers leave the node %s", node)
		return false
	}
	ok := s.awaitHealthy(ctx, r)
	if err := s.restoreNodes(ctx); err != nil {
		r.checkf(false, err.Error(), "the node takes pods again")
	}
	return ok
}

func (s *clusterSite) kindOf(service string) plan.Kind {
	for _, of := range s.plan.Services {
		if of.Name == service {
			return of.Kind
		}
	}
	return ""
}

// nodeIs reports whether a node is ready, or not.
func (s *clusterSite) nodeIs(ctx context.Context, node string, ready bool) (bool, string) {
	out, err := s.run(ctx, "get", "node", node, "--output", `jsonpath={.status.conditions[?(@.type=="Ready")].status}`)
	if err != nil {
		return false, err.Error()
	}
	return (out == "True") == ready, "its state is Ready=" + out
}

// cable runs the user's command on a node.
func (s *clusterSite) cable(ctx context.Context, node, what string) error {
	s.cut[node] = what == "down"
	out, err := s.kubectl.combined(ctx, "bash", "-c", s.Cluster.Nodes+` "$@"`, "nodes", node, what)
	if err != nil {
		return fmt.Errorf("%s %s %s: %s", s.Cluster.Nodes, node, what, strings.Join(endOf(out, 3), "\n"))
	}
	return nil
}

// restoreNodes gives nodes their network back, and lets them take pods.
func (s *clusterSite) restoreNodes(ctx context.Context) error {
	for node, cut := range s.cut {
		if cut {
			if err := s.cable(ctx, node, "up"); err != nil {
				return err
			}
		}
	}
	for node, cordoned := range s.cordoned {
		if !cordoned {
			continue
		}
		if _, err := s.run(ctx, "uncordon", node); err != nil {
			return err
		}
		s.cordoned[node] = false
	}
	return nil
}
