package suite

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The elements of a JUnit report, as CI systems read them: a suite a file, a case a run.
type (
	junitReport struct {
		XMLName xml.Name `xml:"testsuites"`
		junitCounts
		Suites []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Cases []junitCase `xml:"testcase"`
	}
	junitCounts struct {
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Time     string `xml:"time,attr"`
	}
	junitCase struct {
		Class   string         `xml:"classname,attr"`
		Name    string         `xml:"name,attr"`
		File    string         `xml:"file,attr"`
		Line    int            `xml:"line,attr"`
		Time    string         `xml:"time,attr"`
		Failure []junitProblem `xml:"failure"`
		Error   []junitProblem `xml:"error"`
		Skipped *struct{}      `xml:"skipped"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes the report as JUnit XML.
func (r *Report) JUnit(w io.Writer) error {
	report := junitReport{junitCounts: counts(r.Count, r.Seconds)}
	for _, f := range r.Files {
		suite := junitSuite{Name: f.File}
		seconds := 0.0
		for _, run := range f.Runs {
			seconds += run.Seconds
			suite.Cases = append(suite.Cases, run.junit(f.File))
		}
		suite.junitCounts = counts(f.count, seconds)
		report.Suites = append(report.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func counts(count func(result string) int, seconds float64) junitCounts {
	return junitCounts{count(""), count(Failed), count(Errored), count(Skipped), fmt.Sprintf("%.2f", seconds)}
}

// junit is a run as a case of the suite of its file.
func (r *Result) junit(file string) junitCase {
	c := junitCase{Class: strings.TrimSuffix(file, Suffix), Name: r.Run, File: file, Line: r.Line,
		Time: fmt.Sprintf("%.2f", r.Seconds)}
	list := &c.Failure
	if r.Result == Errored {
		list = &c.Error
	}
	for _, p := range r.Problems {
		where := ""
		if p.File != "" {
			where = fmt.Sprintf("%s:%d: ", p.File, p.Line)
		}
		first, _, _ := strings.Cut(p.Detail, "\n")
		*list = append(*list, junitProblem{first, p.Summary, where + p.Summary + ": " + p.Detail})
	}
	if r.Result == Skipped {
		c.Skipped = &struct{}{}
	}
	return c
}
