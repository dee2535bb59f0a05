package plan

// A Target is what a lab is written for.
type Target int

// The targets.
const (
	Compose    Target = iota // one Docker host
	Kubernetes               // a cluster
)

// targets are the names of the targets, in their order.
var targets = []string{"compose", "kubernetes"}

// Targets lists the names of the targets, the default first.
func Targets() []string { return targets }

// TargetNamed is the target of that name; ok is false where there is none.
func TargetNamed(name string) (target Target, ok bool) {
	for i, t := range targets {
		if t == name {
			return Target(i), true
		}
	}
	return Compose, false
}

// String is the target's name.
func (t Target) String() string { return targets[t] }

// Target is what the plan is made for.
func (p *Plan) Target() Target {
	if p.Kubernetes != nil {
		return Kubernetes
	}
	return Compose
}

// Directory is the name of the lab's directory where no other is asked for.
func (p *Plan) Directory() string {
	if target := p.Target(); target != Compose {
		return p.Name + "-" + target.String()
	}
	return p.Name
}
