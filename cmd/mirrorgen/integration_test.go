package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/toolstest"
)

// An action is what action.yml says.
type action struct {
	Inputs map[string]struct{ Description, Default string }
	Runs   struct {
		Using string
		Steps []struct {
			Name, Uses, Shell, Run string
			Env                    map[string]string
		}
	}
}

// A hook is one of .pre-commit-hooks.yaml.
type hook struct {
	ID, Name, Description, Entry, Language, Files, Exclude string
	Args                                                   []string
	PassFilenames                                          *bool `yaml:"pass_filenames"`
	AlwaysRun                                              bool  `yaml:"always_run"`
}

func readYAML(t *testing.T, name string, to any) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	decoder := yaml.NewDecoder(file)
	if err := decoder.Decode(to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// The scripts of testdata/integration run the hooks as pre-commit does, and the
// steps of the action as a runner does: ./HOOK FILE..., ./download and ./action, which
// take inputs from the environment.
func TestIntegrations(t *testing.T) {
	var a action
	readYAML(t, "action.yml", &a)
	var hooks []hook
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	steps := a.Runs.Steps
	if a.Runs.Using != "composite" || len(steps) != 2 || len(hooks) != 3 {
		t.Fatalf("%+v, %d hooks", a.Runs, len(hooks))
	}
	last := steps[len(steps)-1]
	for name, input := range last.Env {
		if want := "${{ inputs." + strings.ToLower(name) + " }}"; input != want {
			t.Errorf("%s is %s, want %s", name, input, want)
		}
		if in, ok := a.Inputs[strings.ToLower(name)]; !ok || in.Description == "" {
			t.Errorf("there is no input for %s", name)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/integration",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			for name, input := range a.Inputs {
				env.Setenv(strings.ToUpper(name), input.Default)
			}
			// How a runner calls bash:
			// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
			const runner = "#!/bin/bash -e\nset -o pipefail\n"
			files := map[string]string{"download": runner + steps[0].Run, "action": runner + last.Run}
			for _, h := range hooks {
				files[h.ID] = "#!/bin/bash\nexec " + strings.Join(append(strings.Fields(h.Entry), h.Args...), " ") +
					" \"$@\"\n"
			}
			for name, text := range files {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), []byte(text), 0o755); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"code": code},
	})
}

// Inputs reach the action's scripts by the environment alone: GitHub puts an
// expression into a script as it is, commands and all.
func TestActionSteps(t *testing.T) {
	var a action
	readYAML(t, "action.yml", &a)
	shellcheck := toolstest.Need(t, "shellcheck")
	for _, step := range a.Runs.Steps {
		if step.Run == "" {
			continue
		}
		if strings.Contains(step.Run, "${{") || step.Shell != "bash" {
			t.Errorf("step %s: shell %s\n%s", step.Name, step.Shell, step.Run)
		}
		name := filepath.Join(t.TempDir(), "step.sh")
		if err := os.WriteFile(name, []byte("#!/bin/bash -e\n"+step.Run), 0o644); err != nil {
			t.Fatal(err)
		}
		if text, err := exec.Command(shellcheck, name).CombinedOutput(); err != nil {
			t.Errorf("step %s: %v\n%s", step.Name, err, text)
		}
	}
}

// A hook is given what pre-commit would give it.
func TestHooks(t *testing.T) {
	var hooks []hook
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	for _, h := range hooks {
		passes := h.PassFilenames == nil || *h.PassFilenames
		if h.Language != "golang" || h.Name == "" || h.Description == "" || !strings.HasPrefix(h.Entry, "mirrorgen ") ||
			passes != (h.Files != "") || passes == h.AlwaysRun {
			t.Errorf("%+v", h)
		}
	}
}
