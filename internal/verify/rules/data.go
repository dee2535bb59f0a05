package rules

import (
	"path"
	"slices"
	"strings"

	"mirrorgen/internal/verify/facts"
)

// checkData: no two instances share a directory that they write to, and the
// members of a mirror keep the same directories.
func checkData(l *checker) {
	if l.Generated {
		l.checkSharedMounts()
	} else {
		l.checkSharedData()
	}
	if l.Roster == nil {
		return
	}
	for _, mirror := range l.Roster.Mirrors {
		l.checkSameTargets(mirror)
	}
}

// checkSharedMounts: no two instances mount a directory that both can write to.
func (l *checker) checkSharedMounts() {
	owners := map[string]writer{}
	for _, s := range l.Instances {
		for _, m := range s.Mounts {
			if !m.ReadOnly && l.Files[m.Source] == nil && m.Source != "." && m.Source != "" {
				l.claim(owners, m.Source, writer{s, m.At})
			}
		}
	}
}

// checkSharedData: no two instances keep their data, or a database, in one directory. What
// else they share, they may only read.
func (l *checker) checkSharedData() {
	owners := map[string]writer{}
	for _, s := range l.Instances {
		for _, directory := range l.writtenBy(s) {
			m := s.Target(directory)
			if m == nil {
				m = s.VolumeAt(directory)
			}
			if m != nil && !m.ReadOnly && m.Source != "" {
				l.claim(owners, path.Join(m.Source, strings.TrimPrefix(directory, m.Target)), writer{s, m.At})
			}
		}
	}
	l.checkOwnDirectories()
}

// checkOwnDirectories: where most instances mount a directory of their own at some path, two
// do not mount the same.
func (l *checker) checkOwnDirectories() {
	sources := map[string]map[string]bool{} // by path in the container
	mounts := map[string]int{}
	for _, s := range l.Instances {
		for _, m := range s.Mounts {
			if sources[m.Target] == nil {
				sources[m.Target] = map[string]bool{}
			}
			sources[m.Target][m.Source] = true
			mounts[m.Target]++
		}
	}
	owners := map[string]writer{}
	for _, s := range l.Instances {
		for _, m := range s.Mounts {
			own := len(sources[m.Target]) > 1 && 2*len(sources[m.Target]) > mounts[m.Target]
			if !m.ReadOnly && own && len(l.Below(m.Source)) == 0 && l.Files[m.Source] == nil {
				l.claim(owners, m.Target+" "+m.Source, writer{s, m.At})
			}
		}
	}
}

// writer is a service with the position of the mount through which it writes.
type writer struct {
	service *facts.Service
	at      facts.Position
}

// claim notes who writes to a directory of the host, and reports a second one.
func (l *checker) claim(owners map[string]writer, directory string, w writer) {
	first, taken := owners[directory]
	if !taken {
		owners[directory] = w
		return
	}
	if first.service != w.service && (first.at != w.at || !l.Generated) && !facts.Apart(first.service, w.service) {
		_, source, found := strings.Cut(directory, " ")
		if !found {
			source = directory
		}
		l.ReportBoth(w.service.Location(w.at), first.service.Location(first.at), "Directory of another instance",
			"The services "+first.service.Name+" and "+w.service.Name+" both write to "+source+".",
			"Give every instance a directory of its own.")
	}
}

// writtenBy are the directories of the container that an instance keeps data in: its own,
// and those of the databases that its merge file makes.
func (l *checker) writtenBy(s *facts.Service) []string {
	var list []string
	if data := s.Variable("ISC_DATA_DIRECTORY").Text; path.IsAbs(data) {
		list = append(list, path.Clean(data))
	}
	if merge := l.Roles[s].Merge; merge != nil {
		for action := range merge.Merge.Actions {
			directory := action.Value("Directory")
			if action.Name == "CreateDatabase" && path.IsAbs(directory) {
				list = append(list, path.Clean(directory))
			}
		}
	}
	return list
}

// checkSameTargets: all members of a mirror mount data at the same paths, below
// their own name in data/, or that of nobody in the lab where they were renamed.
func (l *checker) checkSameTargets(mirror *facts.Entry) {
	var first *facts.Service
	for _, e := range l.Roster.Members(mirror.Name) {
		s := l.Compose.ByName[e.Name]
		if s == nil {
			continue
		}
		for _, m := range s.Mounts {
			if owner, found := strings.CutPrefix(m.Source, "data/"); found {
				if owner, _, _ = strings.Cut(owner, "/"); owner != s.Name && l.Compose.ByName[owner] != nil {
					l.Report(s.File, m.At, "Directory of another instance",
						"The service "+s.Name+" mounts "+m.Source+", which is named after another.",
						"Keep its data in data/"+s.Name+"/.")
				}
			}
		}
		if durable := s.Setting("ISC_DATA_DIRECTORY"); (durable.Text != "") != (mirror.Text("durable") == "yes") {
			l.ReportBoth(s.Location(s.At), l.Roster.WordLocation(mirror.Value("durable")),
				"Data that is kept for some members only",
				l.Roster.Path+" says durable="+mirror.Text("durable")+" of the mirror "+mirror.Name+", and the "+
					"settings of "+s.Name+" say otherwise.",
				"Keep the data of all members of a mirror, or of none.")
		}
		if first == nil {
			first = s
			continue
		}
		if mine, theirs := dataTargets(s), dataTargets(first); !slices.Equal(mine, theirs) {
			l.ReportBoth(s.Location(s.At), first.Location(first.At), "Members with different directories",
				"The members "+first.Name+" and "+s.Name+" of one mirror mount data at "+strings.Join(theirs, ", ")+
					" and at "+strings.Join(mine, ", ")+".",
				"Mount the same on every member.")
		}
	}
}

func dataTargets(s *facts.Service) []string {
	var list []string
	for _, m := range s.Mounts {
		if strings.HasPrefix(m.Source, "data/") {
			list = append(list, m.Target)
		}
	}
	slices.Sort(list)
	return list
}
