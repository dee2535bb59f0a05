package templates

// ShellWord is the quoting function of scripts.
var ShellWord = shellWord
