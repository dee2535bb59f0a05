package templates

// ShellWord is the quoting function of scripts.
var ShellWord = shellWord

// Limit makes a set give up after fewer passes and less text.
func (s *Set) Limit(passes, text int) { s.limits.passes, s.limits.text = passes, text }
