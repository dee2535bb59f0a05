package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
)

// setPasswords does what the README asks the user of a lab without password_hash to
// do: it gives the account that the trials log in with a password on every instance,
// as the predefined ones refuse everyone until theirs is changed. Other labs it leaves
// alone.
func (l *rehearsedLab) setPasswords(ctx context.Context, r *record) {
	if l.plan.PasswordHash != "" || l.plan.PasswordFile != "" {
		return
	}
	user, password := l.login()
	input := fmt.Sprintf("set user(\"Password\")=%s,user(\"ChangePassword\")=0\n"+
		"set sc=##class(Security.Users).Modify(%s,.user) write !,\"LAB-\"_\"STATUS \"_(+sc),!\nhalt\n",
		quoteObjectScript(password), quoteObjectScript(user))
	var mu sync.Mutex
	var failed []string
	inParallel(8, len(l.plan.Instances), func(i int) {
		name := l.plan.Instances[i].Name
		out, err := l.site.exec(ctx, name, strings.NewReader(input), "iris", "session", "IRIS", "-U", "%SYS")
		if err == nil && strings.Contains(out, "LAB-STATUS 1") {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		failed = append(failed, fmt.Sprintf("%s: %s", name, strings.Join(endOf(out, 3), " ")))
	})
	r.checkf(len(failed) == 0, cmp.Or(strings.Join(failed, "; "), "it has"), "user %s has a password everywhere, "+
		"which the topology gives none", user)
}

// quoteObjectScript writes a string literal.
func quoteObjectScript(text string) string {
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}
