package templates

// Limit makes a set give up after fewer passes and less text.
func (s *Set) Limit(passes, text int) { s.limits.passes, s.limits.text = passes, text }

// Changes lists what has changed since templates of an older version: what such a
// template has, what stands for it now, and a note, "" for none.
func Changes() [][3]string {
	var list [][3]string
	for _, c := range changes {
		list = append(list, [3]string{c.old, c.now, c.note})
	}
	return list
}
