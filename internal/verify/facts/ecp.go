package facts

import "strings"

// ECPServer is an entry of [ECPServers], or the action that makes one.
type ECPServer struct {
	Name, Host, Mirror Word
}

// ECPServers are the data servers that a merge file declares, by either way.
func (m *MergeFile) ECPServers() []ECPServer {
	var list []ECPServer
	for _, key := range m.Merge.Keys("ECPServers") {
		fields := strings.Split(key.Value, ",")
		at := PositionAt(key.Line, key.ValueColumn)
		server := ECPServer{
			Name:   Word{Text: key.Name, At: PositionAt(key.Line, key.Column)},
			Host:   Word{Text: fields[0], At: at},
			Mirror: Word{At: at},
		}
		if len(fields) > 2 {
			server.Mirror.Text = fields[2]
		}
		list = append(list, server)
	}
	for action := range m.Merge.Actions {
		if action.Name == "CreateECPServer" {
			at := PositionAt(action.Line, action.Column)
			list = append(
				list,
				ECPServer{
					Word{Text: action.Value("Name"), At: at},
					Word{Text: action.Value("Address"), At: at},
					Word{Text: action.Value("MirrorConnection"), At: at},
				},
			)
		}
	}
	return list
}
