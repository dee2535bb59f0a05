package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"mirrorgen/internal/certs"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
)

func (t *tool) certsCommand() *cobra.Command {
	var output string
	var check bool
	options := certs.Options{Days: certs.DefaultDays}
	command := &cobra.Command{
		Use:   "certs FILE|DIR",
		Short: "Make the certificates of a lab that has a tls block",
		Long: `Certs makes a certificate and a key for each member, application server, gateway and
nginx of a lab that has a tls block, in its generated directory, under the names that IRIS
wants: certs/SERVICE/CAFile.pem, CertificateFile.pem and PrivateKeyFile.pem. They are
signed by an authority of the lab's own, which is made at the first run and kept in
certs/CAFile.pem and certs/CAKeyFile.pem, or by one of yours. What is valid and fits the
topology is left as it is; certificates that you have brought yourself always are. Where the
lab has monitoring, certs/prometheus/certificates.yml tells Prometheus when each expires.

A lab on Kubernetes has certificates of its own, with the names that a cluster's DNS gives.

Run it again when the topology has changed, and before certificates expire: --check says
what expires soon or does not fit, and writes nothing. See docs/tls.md.

Exit code: 0 done, 3 with --check where something has to be done, 1 error in the topology,
in a certificate or on disk.`,
		Example: `  mirrorgen certs lab.hcl
  mirrorgen certs lab.hcl --days 90
  mirrorgen certs lab.hcl --ca-cert ca.pem --ca-key ca-key.pem
  mirrorgen certs lab.hcl --check
  mirrorgen certs lab.hcl --target kubernetes`,
		Args: oneTopology,
		RunE: func(command *cobra.Command, args []string) error {
			switch {
			case (options.CACert == "") != (options.CAKey == ""):
				return errors.New("--ca-cert and --ca-key are given together: an authority signs with its key")
			case options.Days < 1 || options.Days > certs.MaxDays:
				return fmt.Errorf("--days %d: give a number from 1 to %d", options.Days, certs.MaxDays)
			case check && (options.CACert != "" || command.Flags().Changed("days")):
				return errors.New("--check makes nothing: give it without --days, --ca-cert and --ca-key")
			}
			in, p, err := t.plan(args[0])
			if err != nil {
				return err
			}
			switch {
			case p.TLS == nil:
				return failed(fmt.Errorf("%s asks for no certificate: add a tls block: tls {}", args[0]))
			case len(p.TLS.Certificates) == 0:
				return failed(fmt.Errorf("%s asks for no certificate: its tls block has TLS between services that it "+
					"does not have. Remove the block, or what it switches off", args[0]))
			}
			options.Now = time.Now()
			directory := (&compiled{input: in, plan: p}).output(output)
			if check {
				return t.checkCertificates(directory, p.TLS, options.Now)
			}
			return t.issueCertificates(directory, p.TLS, options)
		},
	}
	t.valueFlags(command.Flags())
	t.addTarget(command)
	flags := command.Flags()
	flags.StringVarP(&output, "output", "o", "", "the generated `DIR`")
	flags.IntVar(&options.Days, "days", certs.DefaultDays, "how many days new certificates are valid")
	flags.StringVar(&options.CACert, "ca-cert", "", "`FILE` of the authority that signs, in PEM form")
	flags.StringVar(&options.CAKey, "ca-key", "", "`FILE` of its key, without a password")
	flags.BoolVar(&check, "check", false, "say what expires or does not fit, and write nothing")
	return command
}

// issueCertificates makes what is missing, and says what became of each certificate.
func (t *tool) issueCertificates(lab string, tls *plan.TLS, o certs.Options) error {
	outcomes, err := certs.Issue(lab, tls, o)
	issued := 0
	for _, outcome := range outcomes {
		what := "unchanged"
		if outcome.Issued {
			what = "made"
			issued++
		}
		t.printf("%s/%s: %s, valid until "+
			"%s\n", tls.Directory, outcome.Service, what, outcome.Until.Format(time.DateOnly))
	}
	if err != nil {
		return failed(err)
	}
	for _, name := range certs.Leftover(lab, tls) {
		t.printf("%s: belongs to no service of the lab any more; remove it\n", name)
	}
	t.printf("%s: %s, %d made\n", printable(filepath.Join(lab, tls.Directory)),
		text.Plural(len(outcomes), "certificate"), issued)
	return nil
}

// checkCertificates says what has to be done about the certificates that are there.
func (t *tool) checkCertificates(lab string, tls *plan.TLS, now time.Time) error {
	problems := certs.Check(lab, tls, now)
	for _, problem := range problems {
		t.printf("%s\n", printable(problem))
	}
	if len(problems) > 0 {
		return &failure{code: exitDiffers}
	}
	t.printf("%s: %s, nothing to do\n", printable(filepath.Join(lab, tls.Directory)),
		text.Plural(len(tls.Certificates), "certificate"))
	return nil
}
