package rehearse

// A Trial describes one of the trials that there are.
type Trial struct {
	Name     string
	Expected string // what must be seen, a short sentence
	Lab      string // which labs it is held on
	Clients  bool   // whether clients are at work meanwhile, where the lab has a way in
}

// Trials lists all trials, in the order in which they are held.
func Trials() []Trial {
	var list []Trial
	for _, t := range catalogue {
		list = append(list, Trial{t.name, t.expected, t.requires.labs, t.clients})
	}
	return list
}

// OverrideFile is the Compose override beside the lab's directory.
const OverrideFile = overrideFile
