package templates

// ShellWord is the quoting function of scripts.
var ShellWord = shellWord

// Limit makes a set give up after fewer passes and less text.
func (s *Set) Limit(steps, text int) { s.limits = budget{steps, text} }

// FunctionNames are what a template of the user's can call.
var FunctionNames = functionNames
