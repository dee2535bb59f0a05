package schema

import (
	"bytes"
	"fmt"
	"testing"
)

func TestOutline(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# first\n")
	begins := map[string]int{}
	for i := range 3000 {
		label := fmt.Sprintf("m%04d", i)
		begins[label] = b.Len()
		fmt.Fprintf(&b, "mirror %q {\n  member \"a\" {}\n}\n", label)
	}
	end := b.Len()
	b.WriteString("\nbroken = \n")
	o := NewOutline(Source{"lab.hcl", b.Bytes()})
	for label, begin := range begins {
		if block := o.Block(begin + 20); block == nil || block.Labels[0] != label {
			t.Fatalf("around %d is %v, want %s", begin+20, block, label)
		}
	}
	for _, offset := range []int{0, end, end + 5, 10 * end, -1} {
		if block := o.Block(offset); block != nil {
			t.Errorf("around %d is %v, want nothing", offset, block.Labels)
		}
	}
}
