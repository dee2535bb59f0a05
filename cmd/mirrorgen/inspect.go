package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"mirrorgen/internal/format/text"

	"github.com/spf13/cobra"
)

func (t *tool) inspectCommand() *cobra.Command {
	var format, role string
	var services []string
	command := &cobra.Command{
		Use:   "inspect FILE|DIR",
		Short: "List services, addresses, host ports and endpoints",
		Long: `Inspect shows what build would decide for a topology. It writes nothing.

The JSON is one object of format 1. Fields may be added to it; a change of meaning
raises "format". Lists are in the topology's order and never null.

  format        1
  lab           name of the lab
  source        base name of the topology
  iris_version  release of the iris image, e.g. "2025.1"
  mirror_setup  how members join their mirror: "config_mirror" or "sys_mirror"
  networks      name, subnet, gateway
  services      name, kind (the block type), role and mirror ("" where it has none),
                image, host_number, addresses (by network), and
    ports       host, container, purpose
    endpoints   through this service's host ports: kind, target (the service or
                mirror that answers), url, note ("" or primary, member, unfit,
                closed, unused, default_server)
  profiles      name, description, services (in start order)`,
		Example: `  mirrorgen inspect lab.hcl
  mirrorgen inspect lab.hcl --role backup
  mirrorgen inspect lab.hcl --format json | jq -r '.services[] | select(.role == "primary") | .name'`,
		Args: oneTopology,
		PreRunE: func(*cobra.Command, []string) error {
			return oneOf("--format", format, "table", "json")
		},
		RunE: func(_ *cobra.Command, args []string) error {
			_, p, err := t.plan(args[0])
			if err != nil {
				return err
			}
			o := overviewOf(p)
			if err := o.only(services, role); err != nil {
				return failed(fmt.Errorf("%s: %w", args[0], err))
			}
			if format == "json" {
				return t.printJSON(o)
			}
			t.printOverview(o)
			return nil
		},
	}
	t.valueFlags(command.Flags())
	command.Flags().StringVar(&format, "format", "table", "`table` or json")
	complete(command, "format", "table", "json")
	command.Flags().StringSliceVar(&services, "service", nil, "show only this `SERVICE`; may be given several times")
	completeWith(command, "service", completeServices(serviceNames))
	command.Flags().StringVar(&role, "role", "", "show only members with this `ROLE`")
	completeWith(command, "role", completeServices(roleNames))
	return command
}

// printOverview prints services and endpoints as tables.
func (t *tool) printOverview(o overview) {
	fmt.Fprintf(t.out, "%s: from %s, IRIS %s, %s\n\n", o.Lab, o.Source, o.IRISVersion, text.Plural(len(o.Services),
		"service"))
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		for i, cell := range cells {
			if cell == "" {
				cells[i] = "-"
			}
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	head := []string{"SERVICE", "KIND", "ROLE", "MIRROR"}
	for _, n := range o.Networks {
		head = append(head, n.Name)
	}
	row(append(head, "HOST PORTS")...)
	for _, s := range o.Services {
		cells := []string{s.Name, s.Kind, s.Role, s.Mirror}
		for _, n := range o.Networks {
			cells = append(cells, s.Addresses[n.Name])
		}
		var ports []string
		for _, p := range s.Ports {
			ports = append(ports, strconv.Itoa(p.Host)+"->"+strconv.Itoa(p.Container))
		}
		row(append(cells, strings.Join(ports, ", "))...)
	}
	table.Flush()

	fmt.Fprintln(t.out)
	row("ENDPOINT", "THROUGH", "REACHES", "NOTE", "URL")
	for _, s := range o.Services {
		for _, e := range s.Endpoints {
			row(e.Kind, s.Name, e.Target, e.Note, e.URL)
		}
	}
	table.Flush()
}
