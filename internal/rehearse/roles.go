package rehearse

import (
	"context"
	"strings"
)

// role is a member's type and mirror status, fields 11 and 12 of iris qlist; both
// are empty where IRIS does not run.
type role struct{ kind, status string }

func (r role) primary() bool { return r.kind == "Failover" && r.status == "Primary" }

// roles asks every member of the lab.
func (l *rehearsedLab) roles(ctx context.Context) map[string]role {
	var members []string
	for _, i := range l.plan.Instances {
		if i.Member != nil {
			members = append(members, i.Name)
		}
	}
	seen := make([]role, len(members))
	inParallel(4, len(members), func(i int) { seen[i] = l.role(ctx, members[i]) })
	roles := make(map[string]role, len(members))
	for i, member := range members {
		roles[member] = seen[i]
	}
	return roles
}

// role asks one member.
func (l *rehearsedLab) role(ctx context.Context, member string) role {
	line, err := l.site.exec(ctx, member, nil, "iris", "qlist", "IRIS")
	field := strings.Split(firstLine(line), "^")
	if err != nil || len(field) < 12 ||
		!strings.HasPrefix(field[3], "running") && !strings.HasPrefix(field[3], "sign-on") {
		return role{}
	}
	return role{field[10], field[11]}
}
