package templates

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"

	"github.com/spf13/cast"
)

// int64Of is a number as a whole one, without what stands behind its point.
func int64Of(arg any) (int64, error) {
	if n, ok := arg.(float64); ok && math.Abs(n) >= 1<<63 {
		return 0, errors.New("a number is larger than a whole number can be")
	}
	n, err := cast.ToInt64E(arg)
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number", fmt.Sprint(arg))
	}
	return n, nil
}

func checkWhole(_ *budget, args []any) error {
	for i, arg := range args {
		n, err := int64Of(arg)
		if err != nil {
			return err
		}
		args[i] = n
	}
	return nil
}

func checkDivisor(b *budget, args []any) error {
	if err := checkWhole(b, args); err != nil {
		return err
	}
	if args[1] == int64(0) {
		return errors.New("division by zero")
	}
	return nil
}

// arithmetic goes through whole numbers from the first to the last.
func arithmetic(next func(x, y int64) (int64, bool)) func(*budget, []any) (any, error) {
	return func(b *budget, args []any) (any, error) {
		if err := checkWhole(b, args); err != nil {
			return nil, err
		}
		if len(args) == 0 {
			return int64(0), nil
		}
		total := args[0].(int64)
		for _, arg := range args[1:] {
			var ok bool
			if total, ok = next(total, arg.(int64)); !ok {
				return nil, errors.New("the result is larger than a whole number can be")
			}
		}
		return total, nil
	}
}

func addWhole(x, y int64) (int64, bool)      { return x + y, (x+y > x) == (y > 0) }
func subtractWhole(x, y int64) (int64, bool) { return x - y, (x-y < x) == (y > 0) }

func multiplyWhole(x, y int64) (int64, bool) {
	if x == 0 || y == 0 {
		return 0, true
	}
	if x == -1 && y == math.MinInt64 || y == -1 && x == math.MinInt64 {
		return 0, false
	}
	return x * y, x*y/y == x
}

func nextWhole(b *budget, args []any) (any, error) {
	return arithmetic(addWhole)(b, append(args, int64(1)))
}

// costDecimal counts that a product of decimal numbers has as many digits as all
// of them.
func costDecimal(b *budget, args []any) error { return b.spend(product(8*len(args), len(args))) }

func checkDecimalDivisors(b *budget, args []any) error {
	for _, arg := range args[1:] {
		if cast.ToFloat64(arg) == 0 {
			return errors.New("division by zero")
		}
	}
	return costDecimal(b, args)
}

func roundNumber(_ *budget, args []any) (any, error) {
	if len(args) > 2 {
		args[2] = cast.ToFloat64(args[2])
	}
	return invoke(sprigs()["round"], args)
}

// checkDigits refuses what is no whole number of that base.
func checkDigits(base int) func(*budget, []any) error {
	return func(_ *budget, args []any) error {
		if text := fmt.Sprint(args[0]); !isNumber(text, base) {
			return fmt.Errorf("%q is no whole number of base %d", text, base)
		}
		return nil
	}
}

func isNumber(text string, base int) bool {
	_, err := strconv.ParseInt(text, base, 64)
	return err == nil
}

// largestBound is that of a sequence of numbers: behind it, adding a step could
// begin again at the smallest number.
const largestBound = 1 << 53

func costUntil(b *budget, args []any) error {
	from, to, step := 0, args[0].(int), 1
	if len(args) == 3 {
		from, to, step = args[0].(int), args[1].(int), args[2].(int)
	} else if to < 0 {
		step = -1
	}
	return b.sequence(from, to, step)
}

func (b *budget) sequence(from, to, step int) error {
	for _, n := range []int{from, to, step} {
		if n > largestBound || n < -largestBound {
			return fmt.Errorf("%d is too large", n)
		}
	}
	if step == 0 || (to > from) != (step > 0) {
		return nil // none
	}
	count := 1 + (to-from)/step
	if err := b.room(product(count, entryText)); err != nil {
		return err
	}
	return b.spend(count)
}

func costSequence(b *budget, args []any) error {
	from, step := 1, 1
	switch len(args) {
	case 0:
		return nil
	case 2:
		from = args[0].(int)
	case 3:
		from, step = args[0].(int), args[1].(int)
	case 1:
	default:
		return fmt.Errorf("it is given %d arguments, and takes 3 at most", len(args))
	}
	to := args[len(args)-1].(int)
	if len(args) < 3 && to < from {
		step = -1
	}
	if err := b.sequence(from, to, step); err != nil || step == 0 {
		return err
	}
	return b.room(product(1+max(0, (to-from)/step), 3*entryText)) // digits, twice
}

// A duration of Go, which "time" would read: this package may not know the clock.
var durationForm = regexp.MustCompile(`^[-+]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$`)

func checkDuration(_ *budget, args []any) error {
	if text, ok := args[0].(string); ok {
		if len(text) > 100 || !durationForm.MatchString(text) {
			return fmt.Errorf("%q is no duration such as 26h or 1h30m", text)
		}
		return nil
	}
	return checkWhole(nil, args)
}

// checkSeconds refuses what is no number of seconds that a duration can hold.
func checkSeconds(_ *budget, args []any) error {
	if err := checkWhole(nil, args); err != nil {
		return err
	}
	if n := args[0].(int64); n > math.MaxInt64/1_000_000_000 || n < math.MinInt64/1_000_000_000 {
		return errors.New("more seconds than a duration can have")
	}
	return nil
}
