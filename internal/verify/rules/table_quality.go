package rules

// defaultQuality is the product's quality of service time-out in milliseconds (High Availability
// Guide).
const defaultQuality = "8000"

// checkQualityCell: the quality of service time-out of a mirror is the one that its table or the
// merge file of a member gives it, or the product's.
func (l *checker) checkQualityCell(c cell) {
	mirror := l.mirror(c.text("mirror"))
	if mirror == nil {
		return
	}
	want, there := defaultQuality, l.Roster.File.Location(mirror.At)
	if w := mirror.Value("qos_timeout"); w.Text != "" {
		want, there = w.Text, l.Roster.WordLocation(w)
	}
	for _, e := range l.Roster.Members(mirror.Name) {
		merge := l.Roles[l.Compose.ByName[e.Name]].Merge
		if merge == nil {
			continue
		}
		if m := l.MembershipOf(merge); m != nil && m.Text("QOSTimeout") != "" {
			want, there = m.Text("QOSTimeout"), m.ArgumentLocation("QOSTimeout")
		}
	}
	if c.word.Text != want {
		l.disagrees(c, there, "the quality of service time-out of mirror "+mirror.Name+" is "+want+" ms")
	}
}
