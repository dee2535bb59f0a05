package schema

import "testing"

// Every function has a rate, and every rate belongs to a function.
func TestRates(t *testing.T) {
	for name := range functions() {
		if rates[name] == nil {
			t.Errorf("%s has no rate: it is charged the square of its arguments", name)
		}
	}
	for name := range rates {
		if _, ok := functions()[name]; !ok {
			t.Errorf("there is a rate for %s, and no such function", name)
		}
	}
}
