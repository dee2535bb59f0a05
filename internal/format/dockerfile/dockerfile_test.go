package dockerfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mirrorgen/internal/format/dockerfile"
	"mirrorgen/internal/format/dotenv"
)

func image(t *testing.T, content, target string, args map[string]string) *dockerfile.Image {
	t.Helper()
	file, err := dockerfile.Parse(content)
	if err != nil {
		t.Fatalf("%q: %v", content, err)
	}
	made, err := file.Image(target, args)
	if err != nil {
		t.Fatalf("%q: %v", content, err)
	}
	return made
}

// The image that a Dockerfile starts from, through defaults, arguments and stages.
func TestBase(t *testing.T) {
	const stages = "ARG V=2024.1\nFROM golang AS build\nFROM acme/iris:$V AS base\nFROM base as final\nFROM scratch\n"
	for _, c := range []struct {
		content, target, want string
		args                  map[string]string
	}{
		{"FROM iris:2025.1", "", "iris:2025.1", nil},
		{"# a comment\n\nfrom iris:2025.1\nrun x\n", "", "iris:2025.1", nil},
		{"FROM --platform=linux/amd64 iris:2025.1 AS x", "", "iris:2025.1", nil},
		{"ARG IMAGE=iris:1\nARG IMAGE=iris:2\nFROM $IMAGE", "", "iris:2", nil},
		{"ARG IMAGE=iris:1\nFROM ${IMAGE}", "", "iris:9", map[string]string{"IMAGE": "iris:9"}},
		{"ARG R=reg.example\nARG IMAGE=${R}/iris:1\nFROM \"$IMAGE\"", "", "reg.example/iris:1", nil},
		{"ARG T\nFROM iris:${T:-latest-em}", "", "iris:latest-em", nil},
		{"FROM iris:${T:-2025.1}", "", "iris:2025.1", nil},
		{stages, "", "scratch", nil},
		{stages, "final", "acme/iris:2024.1", nil},
		{stages, "FINAL", "acme/iris:2024.1", map[string]string{"OTHER": "1"}},
		{stages, "1", "acme/iris:2023.1", map[string]string{"V": "2023.1"}},
		{"# escape=`\nFROM iris:1 `\n  AS x\r\n", "x", "iris:1", nil},
		{"FROM \\\n# between\n\n iris:3", "", "iris:3", nil},
	} {
		if have := image(t, c.content, c.target, c.args); have.Base != c.want || len(have.Missing) > 0 {
			t.Errorf("%q %q: %q %v, want %q", c.content, c.target, have.Base, have.Missing, c.want)
		}
	}
	if have := image(t, "ARG TAG\nFROM iris:$TAG", "", nil); !cmp.Equal(have.Missing, []string{"TAG"}) {
		t.Errorf("missing %v", have.Missing)
	}
}

// What an image has besides: environment, files of the build context, and its command.
func TestImage(t *testing.T) {
	have := image(t, `ARG DIR=cpf
FROM iris:2025.1 AS files
ARG DIR
COPY --chown=51773 $DIR/ /merge/
COPY scripts/start.sh /start.sh
FROM files
ENV ISC_CPF_MERGE_FILE=/merge/a.cpf OLD="two words"
ENV LEGACY some value
ENV OLD ${OLD}!
WORKDIR /opt
WORKDIR demo
COPY a.txt b.txt ./
ADD ["with space.txt", "x/"]
COPY --from=files /merge/a.cpf /cpf/b.cpf
COPY --from=files /start.sh bin/
COPY --from=busybox /bin/sh /sh
COPY <<EOF /etc/conf
FROM no
EOF
RUN <<-'END'
	CMD no
	END
ENTRYPOINT ["/tini", "--"]
CMD /iris-main -a "sh /start.sh"
`, "", nil)
	want := &dockerfile.Image{
		Base: "iris:2025.1",
		Environment: []dotenv.Variable{
			{Name: "ISC_CPF_MERGE_FILE", Value: "/merge/a.cpf"}, {Name: "OLD", Value: "two words!"}, {Name: "LEGACY",
				Value: "some value"},
		},
		Copies: []dockerfile.Copy{
			{Source: "cpf", Target: "/merge"}, {Source: "scripts/start.sh", Target: "/start.sh"},
			{Source: "a.txt", Target: "/opt/demo"}, {Source: "b.txt", Target: "/opt/demo"},
			{Source: "with space.txt", Target: "/opt/demo/x"},
			{Source: "cpf/a.cpf", Target: "/cpf/b.cpf"}, {Source: "scripts/start.sh", Target: "/opt/demo/bin"},
		},
		Entrypoint: []string{"/tini", "--"},
		Command:    []string{"/iris-main", "-a", "sh /start.sh"},
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

// A file of the build context is found by its path in the image.
func TestSources(t *testing.T) {
	made := image(t, "FROM x\nCOPY cpf /merge/\nCOPY a.cpf /merge/primary.cpf\nCOPY b.cpf /one/\n", "", nil)
	for target, want := range map[string][]string{
		"/merge/backup.cpf": {"cpf/backup.cpf"}, "/merge/primary.cpf": {"a.cpf", "cpf/primary.cpf"},
		"/merge/cpf": {"cpf", "cpf/cpf"},
		"/one/b.cpf": {"b.cpf", "b.cpf/b.cpf"}, "/one/c.cpf": {"b.cpf/c.cpf"}, "/x": nil, "/merged": nil,
	} {
		if diff := cmp.Diff(want, made.Sources(target)); diff != "" {
			t.Errorf("%s: %s", target, diff)
		}
	}
}

func TestErrors(t *testing.T) {
	for content, want := range map[string]string{
		"":                              "line 1: it has no FROM",
		"RUN x\nFROM y":                 "line 1: RUN stands before the first FROM",
		"\nFROM":                        "line 2: FROM names no image",
		"FROM ${X":                      `line 1: "${" begins no reference`,
		"FROM x\nENV A=${B":             `line 2: "${" begins no reference`,
		strings.Repeat("ARG A\n", 5001): "line 5001: more than 5000 instructions",
		"FROM x\nRUN " + strings.Repeat("a ", 20_000): "line 2: more than 10000 words",
		strings.Repeat("FROM a AS b\n", 200):          "line 101: more than 100 stages",
	} {
		file, err := dockerfile.Parse(content)
		if err == nil {
			_, err = file.Image("", nil)
		}
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", content, err, want)
		}
	}
	file, _ := dockerfile.Parse("FROM x AS y")
	if _, err := file.Image("z", nil); err == nil || err.Error() != "it has no stage z" {
		t.Error(err)
	}
}

// No text makes it panic, and every image that it returns has a base.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"ARG A=b\nFROM $A AS c\nCOPY --from=c x y\nFROM c\nENV A=b C=d\nCMD [\"x\"]\n", "# escape=`\nFROM x `\n y\n",
		"FROM a\nRUN <<X\nX\n",
	} {
		f.Add(seed, "c")
	}
	f.Fuzz(func(t *testing.T, content, target string) {
		file, err := dockerfile.Parse(content)
		if err != nil {
			return
		}
		file.Image(target, map[string]string{"A": "z"})
		if made, err := file.Image("", nil); err == nil {
			made.Sources("/a/b")
		}
	})
}
