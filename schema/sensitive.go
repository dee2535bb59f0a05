package schema

import (
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// mark is what values carry through expressions.
type mark string

// sensitive marks a value that is never shown, and all that is made from it.
const sensitive = mark("sensitive")

// Hidden stands where a sensitive value would.
const Hidden = "(sensitive value)"

// shortestHidden is the length from which a sensitive text is hidden wherever it
// occurs; a shorter one is hidden where it stands alone.
const shortestHidden = 4

// hide notes the texts of a sensitive value.
func (d *decoder) hide(v cty.Value) {
	v, _ = v.UnmarkDeep()
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if !v.IsKnown() || v.IsNull() {
			return false, nil
		}
		switch v.Type() {
		case cty.String:
			d.secret(v.AsString())
		case cty.Number:
			d.secret(v.AsBigFloat().Text('f', -1))
		}
		return true, nil
	})
}

func (d *decoder) secret(s string) {
	if s == "" || d.secrets[s] {
		return
	}
	if d.secrets == nil {
		d.secrets = map[string]bool{}
	}
	d.secrets[s] = true
}

// unmarked takes the marks off a sensitive value and notes its texts.
func (d *decoder) unmarked(v cty.Value) cty.Value {
	d.hide(v)
	v, _ = v.UnmarkDeep()
	return v
}

// sortedSecrets lists the texts that are never shown, the longest first, so
// that one which holds another is hidden as a whole.
func (d *decoder) sortedSecrets() []string {
	var secrets []string
	for s := range d.secrets {
		secrets = append(secrets, s)
	}
	sort.Slice(secrets, func(i, j int) bool {
		if len(secrets[i]) != len(secrets[j]) {
			return len(secrets[i]) > len(secrets[j])
		}
		return secrets[i] < secrets[j]
	})
	return secrets
}

// Redact replaces every secret in a text that is shown by [Hidden].
// secrets are sorted as [Lab.Secrets] is.
func Redact(text string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) >= shortestHidden {
			text = strings.ReplaceAll(text, secret, Hidden)
			continue
		}
		text = redactWord(text, secret)
	}
	return text
}

// redactWord hides a short secret where no letter or digit touches it.
func redactWord(text, secret string) string {
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(text[from:], secret)
		if i < 0 {
			b.WriteString(text[from:])
			return b.String()
		}
		at := from + i
		end := at + len(secret)
		b.WriteString(text[from:at])
		if at > 0 && isAlphanumeric(text[at-1]) || end < len(text) && isAlphanumeric(text[end]) {
			b.WriteString(secret)
		} else {
			b.WriteString(Hidden)
		}
		from = end
	}
}

func isAlphanumeric(c byte) bool { return letter(c) || digit(c) || c >= 0x80 }

// RedactDiagnostics replaces every secret in diagnostics by [Hidden].
func RedactDiagnostics(diags hcl.Diagnostics, secrets []string) {
	if len(secrets) == 0 {
		return
	}
	for _, diag := range diags {
		diag.Summary, diag.Detail = Redact(diag.Summary, secrets), Redact(diag.Detail, secrets)
		diag.EvalContext = nil // its values would be shown
	}
}
