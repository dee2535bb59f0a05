package templates

// Limit makes a set give up after fewer passes and less text.
func (s *Set) Limit(passes, text int) { s.limits.passes, s.limits.text = passes, text }
