package plan

import (
	"strconv"
	"strings"
)

// A Matrix is the endpoints of one kind as a table of paths, and of the services whose
// ports lead there.
type Matrix struct {
	Doors []Door       // the columns, six at most
	More  []Door       // further services through which the same paths are reached
	Paths []MatrixPath // the rows
}

// A MatrixPath is one path, with its URL through each column's service.
type MatrixPath struct {
	Path   string // e.g. "/ap1a/api/mgmnt/"
	Target string // the service or mirror that answers
	Role   string // the target's role at first start, "" where it is no member
	Note   EndpointNote
	Cells  []MatrixCell // one for each of the matrix's Doors
}

// A MatrixCell is where a path is reached through one service; zero where that does not
// lead there.
type MatrixCell struct {
	Port int // of the host
	URL  string
}

// matrixColumns is how many services a table of paths has as columns, so that a page is
// wide enough for it.
const matrixColumns = 6

// Matrix arranges the endpoints of a kind by path, in the order of [Plan.EndpointsOf],
// but for those of members' own web servers. It returns nil where there are none.
func (p *Plan) Matrix(kind EndpointKind) *Matrix {
	type pathKey struct {
		path, target string
		note         EndpointNote
	}
	m := &Matrix{}
	columns, rows := map[string]int{}, map[pathKey]int{}
	for _, e := range p.EndpointsOf(kind) {
		if e.Service == e.Target {
			continue
		}
		base, path := cutBase(e.URL)
		column, known := columns[e.Service]
		if !known {
			column = len(columns)
			columns[e.Service] = column
			m.addDoor(Door{Service: e.Service, Base: base})
		}
		key := pathKey{path, e.Target, e.Note}
		row, known := rows[key]
		if !known {
			row = len(rows)
			rows[key] = row
			m.Paths = append(m.Paths, MatrixPath{Path: path, Target: e.Target, Role: e.Role, Note: e.Note})
		}
		if column < matrixColumns {
			m.Paths[row].lead(column, MatrixCell{portOf(base), e.URL})
		}
	}
	if len(m.Paths) == 0 {
		return nil
	}
	for i := range m.Paths {
		m.Paths[i].lead(len(m.Doors)-1, MatrixCell{})
	}
	return m
}

func (m *Matrix) addDoor(d Door) {
	if len(m.Doors) < matrixColumns {
		m.Doors = append(m.Doors, d)
	} else {
		m.More = append(m.More, d)
	}
}

// lead fills the row up to a column, and that column unless it leads somewhere.
func (row *MatrixPath) lead(column int, cell MatrixCell) {
	for len(row.Cells) <= column {
		row.Cells = append(row.Cells, MatrixCell{})
	}
	if row.Cells[column] == (MatrixCell{}) {
		row.Cells[column] = cell
	}
}

// cutBase cuts an HTTP or HTTPS URL into the base of its door and the path.
func cutBase(url string) (base, path string) {
	host := strings.Index(url, "://") + len("://")
	slash := host + strings.IndexByte(url[host:], '/')
	return url[:slash], url[slash:]
}

// portOf is the host port of a door's base.
func portOf(base string) int {
	scheme, host, _ := strings.Cut(base, "://")
	if _, text, found := strings.Cut(host, ":"); found {
		port, _ := strconv.Atoi(text)
		return port
	}
	if scheme == "https" {
		return HTTPSPort
	}
	return HTTPPort
}

// A WebServer is the published web server of one member, with the URLs of its pages.
type WebServer struct {
	Service    string
	Port       int    // of the host
	Management string // of a Web Gateway; refused there
	Portal     string
	REST       string
	Health     string // "" for an application server
}

// WebServers lists the members' own web servers that are published.
func (p *Plan) WebServers() []WebServer {
	var list []WebServer
	for _, i := range p.webServers() {
		base := p.httpBase(i.Name, i.WebPort)
		server := WebServer{Service: i.Name, Port: i.WebPort,
			Management: base + managementPath, Portal: base + portalPath, REST: base + restPath}
		if i.Member != nil {
			server.Health = base + healthPath
		}
		list = append(list, server)
	}
	return list
}

// frontEndpoints is how many endpoints the first page of a lab shows.
const frontEndpoints = 5

// FrontEndpoints are the endpoints with which a reader begins: one of each of the first
// kinds that the lab has, five at most, and none that is unfit for its purpose.
func (p *Plan) FrontEndpoints() []Endpoint {
	var list []Endpoint
	sample := p.Sample()
	for _, kind := range []EndpointKind{EndpointDemo, EndpointPortal, EndpointManagement, EndpointSQL, EndpointHealth,
		EndpointREST, EndpointBalancer} {
		for _, e := range sample.EndpointsOf(kind) {
			if e.Note == NoteUnfit || e.Note == NoteUnused || e.Note == NoteClosed {
				continue
			}
			list = append(list, e)
			break
		}
		if len(list) == frontEndpoints {
			break
		}
	}
	return list
}
