package verify

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/verify/facts"
)

// A mutation changes one fact of a good lab: a piece of one artifact.
type mutation struct {
	lab, kind, path string
	offset          int
	before, after   string
	line            string // the line that it changes, without blanks around it
	number          int
}

func (m mutation) String() string {
	return fmt.Sprintf("%s/%s:%d: %s %s -> %s in %q", m.lab, m.path, m.number, m.kind, m.before, m.after, m.line)
}

// apply returns the artifacts with the mutation.
func (m mutation) apply(artifacts []lab.Artifact) []lab.Artifact {
	mutated := slices.Clone(artifacts)
	for i, a := range mutated {
		if a.Path == m.path {
			content := append(bytes.Clone(a.Content[:m.offset]), m.after...)
			mutated[i].Content = append(content, a.Content[m.offset+len(m.before):]...)
		}
	}
	return mutated
}

// sampled is every how manyth mutation is tried unless all are asked for; it
// shares no factor with the number of mutations of one fact.
const sampled = 23

// allMutations is the environment variable that asks for all mutations with the
// value "all", as make test sets it.
const allMutations = "MIRRORGEN_MUTATIONS"

// alike are examples that have little of their own: where all mutations are asked for, one of
// several is tried.
var alike = []string{
	"simplemirror", "single-bridge", "simplemirror-kubernetes", "dr-reporting-kubernetes",
}

// someOf is that one.
const someOf = 5

// enough is the share of mutations that break a lab and must be found.
const enough = 0.95

// Nearly every fact that is changed alone, in any artifact of any example, is
// found. What is not found stands in survivors, with the reason.
func TestMutations(t *testing.T) {
	complete := os.Getenv(allMutations) == "all"
	labs, err := filepath.Glob("../../examples/*/docker-compose.yaml")
	if err != nil || len(labs) < 4 {
		t.Fatalf("%d examples, %v", len(labs), err)
	}
	clusters, err := filepath.Glob("../../examples/*/kustomization.yaml")
	if err != nil || len(clusters) < 2 {
		t.Fatalf("%d examples on Kubernetes, %v", len(clusters), err)
	}
	labs = append(labs, clusters...)
	var score score
	for _, compose := range labs {
		root := filepath.Dir(compose)
		artifacts := slices.DeleteFunc(labIn(t, root), func(a lab.Artifact) bool { return a.Path == ".mirrorgen.json" })
		if diags := Check(artifacts); len(diags) > 0 {
			t.Fatalf("%s is no good lab:\n%s", root, format(diags))
		}
		mutations := mutationsOf(filepath.Base(root), artifacts)
		switch {
		case !complete:
			mutations = every(sampled, mutations)
		case slices.Contains(alike, filepath.Base(root)):
			mutations = every(someOf, mutations)
		}
		for i, seen := range checkAll(artifacts, mutations) {
			score.add(t, mutations[i], seen)
		}
	}
	score.judge(t, complete)
}

// every takes one of n.
func every(n int, all []mutation) []mutation {
	var list []mutation
	for i := 0; i < len(all); i += n {
		list = append(list, all[i])
	}
	return list
}

// checkAll reports of each mutation whether Check finds anything.
func checkAll(artifacts []lab.Artifact, mutations []mutation) []bool {
	seen := make([]bool, len(mutations))
	var working sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		working.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(mutations); i = int(next.Add(1)) - 1 {
				seen[i] = len(Check(mutations[i].apply(artifacts))) > 0
			}
		})
	}
	working.Wait()
	return seen
}

// score counts what became of mutations.
type score struct {
	tried, found, breaking int
	used                   map[string]bool   // reasons of survivors
	kinds                  map[string][2]int // found and tried
}

func (s *score) add(t *testing.T, m mutation, seen bool) {
	if s.used == nil {
		s.used, s.kinds = map[string]bool{}, map[string][2]int{}
	}
	s.tried++
	n := s.kinds[m.kind]
	n[1]++
	why := slices.IndexFunc(survivors, func(s survivor) bool { return s.matches(m) })
	switch {
	case seen:
		s.found++
		n[0]++
	case why < 0:
		t.Errorf("not found, and not among the survivors: %s", m)
		s.breaking++
	default:
		s.used[survivors[why].reason] = true
		if survivors[why].breaks {
			s.breaking++
		}
	}
	s.kinds[m.kind] = n
}

// judge fails the test where too little was found.
func (s *score) judge(t *testing.T, complete bool) {
	if s.tried < 200 || complete && s.tried < 2000 {
		t.Errorf("only %d mutations", s.tried)
	}
	share := float64(s.found) / float64(s.found+s.breaking)
	t.Logf(
		"%d mutations: %d found, %d break the lab unseen (%.1f %% found), %d harmless",
		s.tried,
		s.found,
		s.breaking,
		100*share,
		s.tried-s.found-s.breaking,
	)
	for _, kind := range slices.Sorted(maps.Keys(s.kinds)) {
		t.Logf("%-8s %d of %d", kind, s.kinds[kind][0], s.kinds[kind][1])
	}
	if share < enough {
		t.Errorf("%.1f %% of the mutations that break a lab are found, want %.0f %%", 100*share, 100*enough)
	}
	if complete {
		for _, survivor := range survivors {
			if !s.used[survivor.reason] {
				t.Errorf("no mutation survives any more because %s", survivor.reason)
			}
		}
	}
}

// The facts that a mutation changes, by what they look like.
var (
	addressFact = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b(/\d+)?`)
	portFact    = regexp.MustCompile(`(?:[:=/| ]|port )(\d{2,5})\b`)
	timeFact    = regexp.MustCompile(`\b(\d+)(ms|s|m|h)\b`)
	secondsFact = regexp.MustCompile(`(?:Timeout|limit|LIMIT)=(\d+)\b`)
	pathFact    = regexp.MustCompile(`(?:^|[\s"'=:<(\[,])(\.?/[A-Za-z][A-Za-z0-9_./%-]*[A-Za-z0-9])`)
	// topLevelValue is a script's line that gives a variable a value of this lab.
	topLevelValue = regexp.MustCompile(`^[a-z_]+=[^$({]+$`)
	wordFact      = regexp.MustCompile(`[A-Za-z%][A-Za-z0-9_.-]*[A-Za-z0-9]`)
)

var roles = []string{"primary", "backup", "drasync", "rorasync", "rwrasync", "application"}

// mutationsOf lists the mutations of a lab, in the order of its artifacts.
func mutationsOf(name string, artifacts []lab.Artifact) []mutation {
	names := namesOf(artifacts)
	addresses := addressesOf(artifacts)
	var list []mutation
	for _, a := range artifacts {
		for _, line := range factLines(a) {
			add := func(kind string, offset int, before, after string) {
				if before != after {
					list = append(
						list,
						mutation{
							name,
							kind,
							a.Path,
							line.offset + offset,
							before,
							after,
							strings.TrimSpace(line.text),
							line.number,
						},
					)
				}
			}
			for _, at := range addressFact.FindAllStringSubmatchIndex(line.text, -1) {
				mutateAddress(add, line.text, at, addresses)
			}
			for _, at := range portFact.FindAllStringSubmatchIndex(line.text, -1) {
				if port, _ := strconv.Atoi(line.text[at[2]:at[3]]); isPort(a.Path, line.text, at[2], port) {
					add("port", at[2], line.text[at[2]:at[3]], strconv.Itoa(port+1))
				}
			}
			for _, at := range timeFact.FindAllStringSubmatchIndex(line.text, -1) {
				mutateTime(add, at[2], line.text[at[2]:at[3]])
			}
			for _, at := range secondsFact.FindAllStringSubmatchIndex(line.text, -1) {
				mutateTime(add, at[2], line.text[at[2]:at[3]])
			}
			for _, at := range pathFact.FindAllStringSubmatchIndex(line.text, -1) {
				before := line.text[at[2]:at[3]]
				slash := strings.LastIndexByte(before, '/')
				add("path", at[2], before, before[:slash+1]+"x"+before[slash+1:])
			}
			for _, at := range wordFact.FindAllStringIndex(line.text, -1) {
				mutateWord(add, a.Path, line.text, at[0], line.text[at[0]:at[1]], names)
			}
		}
	}
	return list
}

type addMutation func(kind string, offset int, before, after string)

// mutateAddress replaces an address by one that nobody has and by the next
// service's, and moves a subnet.
func mutateAddress(add addMutation, line string, at []int, addresses []string) {
	before := line[at[0]:at[1]]
	if at[2] >= 0 {
		prefix, err := netip.ParsePrefix(before)
		if err == nil {
			b := prefix.Addr().As4()
			b[2]++
			add("address", at[0], before, netip.PrefixFrom(netip.AddrFrom4(b), prefix.Bits()).String())
		}
		return
	}
	addr, err := netip.ParseAddr(before)
	if err != nil {
		return
	}
	b := addr.As4()
	b[3] = 77
	if addr.IsLoopback() {
		b[3] = 2
	}
	add("address", at[0], before, netip.AddrFrom4(b).String())
	if i := slices.Index(addresses, before); i >= 0 {
		add("address", at[0], before, addresses[(i+1)%len(addresses)])
	}
}

// mutateTime makes a time sixty times as long, and a sixtieth.
func mutateTime(add addMutation, offset int, before string) {
	n, err := strconv.Atoi(before)
	if err != nil || n == 0 {
		return
	}
	add("timeout", offset, before, strconv.Itoa(n*60))
	add("timeout", offset, before, strconv.Itoa(max(1, n/60)))
}

// mutateWord misspells a name and replaces it by the next of its kind; a role by
// the next role.
func mutateWord(add addMutation, file, line string, offset int, before string, names map[string][]string) {
	if slices.Contains(roles, before) && isRole(file, line, offset) {
		add("role", offset, before, roles[(slices.Index(roles, before)+1)%len(roles)])
		return
	}
	for _, kind := range []string{"service", "mirror", "network", "set", "system", "database", "namespace"} {
		i := slices.Index(names[kind], before)
		if i < 0 || !isName(file, line, offset, before) {
			continue
		}
		add("name", offset, before, before+"x")
		add("name", offset, before, names[kind][(i+1)%len(names[kind])])
		return
	}
}

// factLine is a line that states facts.
type factLine struct {
	text           string
	offset, number int
}

// factLines are the lines of an artifact that state facts of this lab: not its
// comments, not the prose of its pages, not the code that is alike in all labs.
func factLines(a lab.Artifact) []factLine {
	var list []factLine
	offset, array, number := 0, false, 0
	for text := range strings.Lines(string(a.Content)) {
		number++
		line := strings.TrimSuffix(text, "\n")
		trimmed := strings.TrimSpace(line)
		keep := trimmed != ""
		switch path.Ext(a.Path) {
		case ".md":
			keep = strings.HasPrefix(trimmed, "|") || strings.Contains(line, "http://") ||
				strings.HasPrefix(trimmed, "$ docker compose")
		case ".json", ".yml": // but for the targets of Prometheus they are the same in every lab
			keep = keep && strings.HasSuffix(a.Path, "/prometheus.yml") &&
				(strings.Contains(line, "targets:") || strings.Contains(line, "labels: { __"))
		case ".svg": // boxes, their texts, and networks with their subnets
			keep = strings.Contains(line, "data-name=") || strings.Contains(line, `class="line"`) ||
				strings.Contains(line, `class="page"`) && strings.Contains(line, "/2")
		case ".cls":
			keep = strings.HasPrefix(line, "Class ")
		case ".sh":
			array = array && trimmed != ")" || strings.HasSuffix(trimmed, "=(")
			value := topLevelValue.MatchString(line)
			keep = keep && trimmed[0] != '#' &&
				(array || value || a.Path == "iris/instances.sh" || strings.Contains(line, "/lab/"))
		default:
			keep = keep && trimmed[0] != '#'
		}
		if i := strings.Index(line, " # "); i >= 0 && path.Ext(a.Path) != ".md" {
			line = line[:i]
		}
		if keep {
			list = append(list, factLine{line, offset, number})
		}
		offset += len(text)
	}
	return list
}

// isPort tells a port from another number.
func isPort(file, line string, at, port int) bool {
	if port < 80 || port > 65535 || at > 0 && line[at-1] == '/' && !strings.Contains(line[:at], "tcp/") {
		return false
	}
	before := strings.TrimRight(line[:at], " ")
	switch {
	case strings.HasSuffix(line[:at], ":"),
		strings.HasSuffix(before, "port"),
		strings.HasSuffix(before, "Port="),
		strings.HasSuffix(before, "listen"),
		strings.Contains(line[:at], "tcp/"):
		return !strings.Contains(line[at:], "ms") || !strings.HasPrefix(strings.TrimLeft(line[at:], "0123456789"), "ms")
	case path.Ext(file) == ".sh":
		return strings.HasPrefix(line, "  ") && !strings.Contains(line, "=")
	}
	return strings.HasSuffix(before, ",") && path.Ext(file) == ".cpf"
}

// isRole tells the role of a member from the word.
func isRole(file, line string, at int) bool {
	switch path.Ext(file) {
	case ".cpf":
		return strings.HasSuffix(line[:at], "Member=")
	case ".sh":
		return strings.HasSuffix(line[:at], "role=") ||
			strings.HasPrefix(line, "  ") && !strings.ContainsAny(line, "'\"$=[")
	}
	return false
}

// isName tells a name from the same word in another sense.
func isName(file, line string, at int, word string) bool {
	after := line[at+len(word):]
	switch {
	case path.Ext(file) == ".sh" && (strings.HasPrefix(after, "()") || strings.HasPrefix(after, "=")),
		strings.HasPrefix(after, ":") && strings.Contains(line, "image:"),
		at > 0 && (line[at-1] == '$' || line[at-1] == '{' || line[at-1] == '/' && path.Ext(file) != ".md"):
		return false
	case path.Ext(file) == ".md":
		return strings.HasPrefix(strings.TrimSpace(line), "|") || strings.HasPrefix(strings.TrimSpace(line), "$ docker")
	case path.Ext(file) == ".sh":
		return !strings.Contains(line, "echo") && !strings.Contains(line, "'") || strings.Contains(line, "_name=")
	}
	return true
}

// namesOf are the names of a lab, by kind, sorted.
func namesOf(artifacts []lab.Artifact) map[string][]string {
	l := facts.Read(artifacts)
	names := map[string][]string{}
	for _, s := range l.Compose.Services {
		names["service"] = append(names["service"], s.Name)
	}
	for _, n := range l.Compose.Networks {
		names["network"] = append(names["network"], n.Name)
	}
	for _, m := range l.Roster.Mirrors {
		names["mirror"] = append(names["mirror"], m.Name)
		names["set"] = append(names["set"], m.Text("set_name"))
		for _, d := range m.List {
			fields := strings.Fields(d.Text)
			names["database"] = append(names["database"], fields[0])
			names["namespace"] = append(names["namespace"], fields[1])
		}
	}
	for _, i := range l.Roster.Instances {
		names["system"] = append(names["system"], i.Text("system_name"))
	}
	for kind := range names {
		slices.Sort(names[kind])
		names[kind] = slices.DeleteFunc(slices.Compact(names[kind]), func(s string) bool { return s == "" })
	}
	return names
}

// addressesOf are the addresses of the services, sorted.
func addressesOf(artifacts []lab.Artifact) []string {
	var list []netip.Addr
	for addr := range facts.Read(artifacts).Compose.ByIP {
		list = append(list, addr)
	}
	slices.SortFunc(list, netip.Addr.Compare)
	var texts []string
	for _, addr := range list {
		texts = append(texts, addr.String())
	}
	return texts
}

// survivor is a kind of mutation that no rule finds.
type survivor struct {
	path, kind, line string // regular expressions: the artifact, the kind, the line
	change           string // regular expression: "before -> after"
	breaks           bool   // the lab suffers from it, and the artifacts do not show it
	reason           string
}

func (s survivor) matches(m mutation) bool {
	match := func(expression, text string) bool {
		ok, err := regexp.MatchString("^(?:"+expression+")$", text)
		return ok && err == nil
	}
	return match(cmp.Or(s.path, ".*"), m.path) && match(cmp.Or(s.kind, ".*"), m.kind) &&
		match(cmp.Or(s.line, ".*"), m.line) &&
		match(cmp.Or(s.change, ".*"), m.before+" -> "+m.after)
}
