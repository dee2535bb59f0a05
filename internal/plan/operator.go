package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/schema"
)

// What InterSystems' operator makes of an IrisCluster has names of its own, whatever the
// topology calls them.
const (
	// OperatorSet is the name of the mirror set of every IrisCluster.
	OperatorSet = "IRISMIRROR1"
	// OperatorService is the headless Service that the operator makes.
	OperatorService = "iris-svc"
	// operatorDatabases is where the operator's instances keep their databases.
	operatorDatabases = "/irissys/data/IRIS/mgr/"
	// SetupOperator is the route by which members of an IrisCluster join their mirror.
	SetupOperator = "operator"
)

// OperatorNamesPath is the file that tells kustomize where an IrisCluster names maps and secrets.
const OperatorNamesPath = "operator-names.yaml"

// Operated reports whether InterSystems' operator makes the mirrors.
func (p *Plan) Operated() bool { return p.Kubernetes != nil && p.Kubernetes.Operator }

// operated is Operated before the plan is made.
func (m *maker) operated() bool { return m.target == Kubernetes && m.lab.Kubernetes.Operator }

// podOf is the name of the pod of an instance: of the only one of its StatefulSet, or of the
// one that the operator makes for it. The founder is the first.
func (m *maker) podOf(s *Service, mirror *Mirror, role string) string {
	if !m.operated() {
		return s.Name + "-0"
	}
	if role == RolePrimary {
		return operatorWorkload(mirror.Name) + "-0"
	}
	return operatorWorkload(mirror.Name) + "-1"
}

// operatorWorkload is the StatefulSet that the operator makes of a mirror: that of the first
// shard, of which there is one.
func operatorWorkload(mirror string) string { return mirror + "-data-0" }

// Pods are the names of the mirror's pods, in the order of the members.
func (m *Mirror) Pods() []string {
	pods := make([]string, len(m.Members))
	for i, member := range m.Members {
		pods[i] = member.PodName
	}
	return pods
}

// MemberPods are the names of the pods of all mirrors.
func (p *Plan) MemberPods() []string {
	var pods []string
	for _, m := range p.Mirrors {
		pods = append(pods, m.Pods()...)
	}
	return pods
}

// OperatorPods are the services whose pods the operator makes: members, and the arbiters of
// their mirrors.
func (p *Plan) OperatorPods() []*Service {
	var list []*Service
	for _, s := range p.Services {
		if s.Operated {
			list = append(list, s)
		}
	}
	return list
}

// CompatibilityVersion is the release of IRIS as an IrisCluster is told it.
func (p *Plan) CompatibilityVersion() string { return p.Version.String() + ".0" }

// ServedPods are the pods of the members that have this arbiter.
func (a *Arbiter) ServedPods() []string { return a.served.Pods() }

// Lead is the member whose merge file, variables and limits stand for both of an IrisCluster,
// which are alike.
func (m *Mirror) Lead() *Member { return m.Primary }

// Route is the way by which the member joins its mirror, as the table of instances says it.
func (m *Member) Route() string {
	switch {
	case m.Mirror.Operated:
		return SetupOperator
	case m.ByConfig:
		return "config"
	}
	return "sys"
}

// operate refuses what an IrisCluster cannot express, at the topology's line, and names once
// what means nothing to one.
func (m *maker) operate() {
	if !m.operated() {
		return
	}
	m.operatorRelease()
	m.operatorSecrets()
	users := map[string]*schema.Mirror{}
	for _, mirror := range m.lab.Mirrors {
		m.operatorMirror(mirror, users)
	}
	for _, a := range m.lab.ApplicationServers {
		m.unsuited(a.NameRange, "The operator makes application servers by itself (compute of the IrisCluster), under "+
			"names of its own, so that no gateway could address %q. Leave it out, or let mirrorgen make the mirrors: "+
			"operator = false.%s", a.Name, a.Note())
	}
	m.operatorProfiles()
	for _, s := range m.lab.Services {
		if s.Name == OperatorService {
			m.unsuited(s.NameRange, "The operator makes a Service %q for the pods of its mirrors. Rename this one.%s",
				s.Name,
				s.Note())
		}
	}
	if len(m.lab.Mirrors) > 1 {
		m.warnf(m.lab.Mirrors[1].NameRange, "Several mirrors of the operator",
			"Each mirror is an IrisCluster, and all of them are in the namespace %q, where the operator makes one "+
				"Service %q for each. Nothing public shows two of them side by side: try this before you rely on "+
				"it, or give each mirror a lab, and so a namespace, of its own.", m.p.Kubernetes.Namespace,
			OperatorService)
	}
}

// unsuited reports what an IrisCluster cannot express.
func (m *maker) unsuited(at hcl.Range, format string, args ...any) {
	m.errorf(at, "Not for the operator", format, args...)
}

// operatorRelease refuses releases with which nobody has seen the operator's mirrors, and a
// route into the mirror that is not the operator's.
func (m *maker) operatorRelease() {
	at := m.lab.Kubernetes.At("operator")
	for _, argument := range []string{"tag", "iris", "iris_version"} {
		if m.lab.Images.Given(argument) {
			at = m.lab.Images.At(argument)
		}
	}
	if v := m.p.Version; !v.ConfigMirror(false) {
		m.unsuited(at, "The operator's mirrors have been seen from IRIS 2023.2 on, and these images are of %s. Take a "+
			"later release, or leave operator out.", v)
	}
	if m.lab.MirrorSetup == SetupSys {
		m.unsuited(m.lab.At("mirror_setup"), "The operator sets mirrors up by itself, and not through SYS.Mirror. "+
			"Leave mirror_setup out.")
	}
}

// operatorSecrets refuses what reaches instances in a way that no IrisCluster has been seen
// with.
func (m *maker) operatorSecrets() {
	if t := m.p.TLS; t != nil && (t.IRIS() || t.Gateway) {
		m.unsuited(m.lab.TLS.Range, "Each instance has a certificate of its own, and both members of an IrisCluster "+
			"are given the same secret (spec.tls). Leave HTTPS alone on, with mirror = false, superserver = \"off\", "+
			"gateway = false and ecp = false, or leave operator out.")
	}
	if m.lab.SecretFiles.On {
		m.unsuited(m.lab.SecretFiles.Range, "The secrets block gives IRIS its password in a file, with which nobody "+
			"has seen an IrisCluster. Leave the block out, and set password_hash in the iris block: it goes into the "+
			"cluster's merge file.")
	}
}

// operatorMirror looks at one mirror. users are the mirrors by their arbiters.
func (m *maker) operatorMirror(mirror *schema.Mirror, users map[string]*schema.Mirror) {
	backup := false
	for _, member := range mirror.Members {
		backup = backup || member.Role == RoleBackup
		if !member.Failover() && member.Role != "" {
			m.unsuited(member.At("role"), "Nothing public shows how an IrisCluster makes an async member (%s): "+
				"mirrored: true makes one primary and one backup. Leave %q out, or let mirrorgen make the mirrors: "+
				"operator = false.%s", member.Role, member.Name, member.Note())
		}
		if member.Given("kubernetes") {
			m.unsuited(member.At("kubernetes"), "%q has no workload of its own that keys could be merged into: the "+
				"operator makes both members of an IrisCluster, and makes them alike. Leave kubernetes out here, and "+
				"change the IrisCluster %q by an overlay (LAB_KUSTOMIZATION of start.sh).%s", member.Name,
				mirror.Name, member.Note())
		}
	}
	if !backup {
		m.unsuited(mirror.NameRange, "An IrisCluster that is mirrored is a primary and a backup, and %q has no "+
			"backup. Give it one, or let mirrorgen make the mirrors: operator = false.%s", mirror.Name, mirror.Note())
	}
	m.operatorAlike(mirror)
	if mirror.Arbiter == "" {
		return
	}
	if other := users[mirror.Arbiter]; other != nil {
		at := mirror.NameRange
		if mirror.Given("arbiter") {
			at = mirror.At("arbiter")
		}
		m.unsuited(at, "An IrisCluster has an arbiter of its own, and %q is that of the mirror %q already. Declare "+
			"another for %[3]q, arbiter \"%[3]s-arbiter\" {}, and name it here: arbiter = \"%[3]s-arbiter\".%[4]s",
			mirror.Arbiter,
			other.Name, mirror.Name, mirror.Note())
	}
	users[mirror.Arbiter] = mirror
	for _, a := range m.lab.Arbiters {
		if a.Name == mirror.Arbiter && a.Given("kubernetes") {
			m.unsuited(a.At("kubernetes"), "%q has no workload of its own that keys could be merged into: the "+
				"operator makes it. Leave kubernetes out here, and change the IrisCluster %q by an overlay "+
				"(LAB_KUSTOMIZATION of start.sh).%s", a.Name, mirror.Name, a.Note())
		}
	}
}

// operatorAlike refuses what one member of a mirror is to have and the other not.
func (m *maker) operatorAlike(mirror *schema.Mirror) {
	primary := mirror.Primary()
	if primary == nil {
		return
	}
	for _, member := range mirror.Members {
		if member.Role != RoleBackup {
			continue
		}
		for argument, same := range map[string]bool{
			"merge": member.Merge == primary.Merge, "globals": member.Globals == primary.Globals,
			"cpus": member.CPUs == primary.CPUs, "demo_application": member.Demo == primary.Demo,
			"environment": slices.EqualFunc(member.Environment, primary.Environment, func(a, b schema.Pair) bool {
				return a.Key == b.Key && a.Value == b.Value
			}),
		} {
			of := member
			if !member.Given(argument) {
				of = primary
			}
			if !same {
				m.unsuited(of.At(argument), "Both members of an IrisCluster are made alike, and %s differs between %q "+
					"and %q. Give both the same.%s", argument, primary.Name, member.Name, of.Note())
			}
		}
	}
}

// operatorProfiles refuses profiles with a part of an IrisCluster.
func (m *maker) operatorProfiles() {
	for _, p := range m.lab.Profiles {
		has := map[string]hcl.Range{}
		for _, ref := range p.Services {
			has[ref.Name] = ref.At
		}
		for _, mirror := range m.lab.Mirrors {
			for _, member := range mirror.Members {
				at, in := has[member.Name]
				for _, other := range mirror.Members {
					if _, both := has[other.Name]; in && !both {
						m.unsuited(at, "The operator makes %q and %q together, and the profile %q has one of them "+
							"alone. Take both into it.", member.Name, other.Name, p.Name)
					}
				}
			}
		}
	}
}

// operatorMeaningless are the arguments that mean nothing to an IrisCluster.
func (m *maker) operatorMeaningless() []*meaningless {
	if !m.operated() {
		return nil
	}
	const names = "the operator names the mirror set of every IrisCluster " + OperatorSet + ", and its members after " +
		"their pods"
	list := []*meaningless{
		{name: "set_name", because: names}, {name: "system_name", because: names},
		{name: "qos_timeout", because: "the operator configures the mirror"},
		{name: "spread", because: "an IrisCluster is told the zones of its nodes (preferredZones), by an overlay"},
		{name: "stop_grace_period", because: "the operator decides how long a pod may take to stop"},
	}
	note := func(d *schema.Decl, names ...string) {
		for _, n := range list {
			if slices.Contains(names, n.name) && d.Given(n.name) && d.Value(n.name) != cty.NilVal {
				n.at = append(n.at, d.At(n.name))
			}
		}
	}
	note(&m.lab.Kubernetes.Decl, "spread")
	note(&m.lab.IRIS.Decl, "stop_grace_period")
	for _, mirror := range m.lab.Mirrors {
		note(&mirror.Decl, "set_name", "qos_timeout")
		for _, member := range mirror.Members {
			note(&member.Service.Decl, "system_name")
		}
	}
	return list
}

// operatorName is the name of a member in its mirror, as the operator gives it.
func operatorName(pod string) string { return strings.ToUpper(pod) }

// operatorArbiter is the pod of the arbiter of a mirror.
func operatorArbiter(mirror string) string { return fmt.Sprintf("%s-arbiter-0", mirror) }
