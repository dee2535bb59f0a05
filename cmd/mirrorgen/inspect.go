package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"mirrorgen/internal/format/text"

	"github.com/spf13/cobra"
)

var inspectFormats = []string{"table", "json", "markdown", "csv"}

func (t *tool) inspectCommand() *cobra.Command {
	var format, role string
	var services []string
	command := &cobra.Command{
		Use:   "inspect FILE|DIR",
		Short: "List services, addresses, host ports and endpoints",
		Long: `Inspect shows what build would decide for a topology. It writes nothing.

With --service or --role it shows those services, the networks that they are on, and the
endpoints that go through their ports or reach them. The path and the port of a mirror
reach its primary.

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
                closed, unused, default_server,
                reporting)
  endpoints     all of them in one list, each with the service that it goes through
  profiles      name, description, services (in start order)

The CSV has one line for each address, published port and endpoint of a service: service,
kind, role, mirror, item ("address", "port" or "endpoint"), name (the network, the port's
purpose, the endpoint's kind), value (the address, HOST:CONTAINER, the URL), target, note.`,
		Example: `  mirrorgen inspect lab.hcl
  mirrorgen inspect lab.hcl --role backup
  mirrorgen inspect lab.hcl --service ap1a,ap1b
  mirrorgen inspect lab.hcl --format json | jq -r '.services[] | select(.role == "primary") | .name'`,
		Args: oneTopology,
		PreRunE: func(*cobra.Command, []string) error {
			return oneOf("--format", format, inspectFormats...)
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
			switch format {
			case "json":
				return t.printJSON(o)
			case "csv":
				return t.printRecords(o)
			case "markdown":
				t.printMarkdown(o)
			default:
				t.printOverview(o)
			}
			return nil
		},
	}
	t.valueFlags(command.Flags())
	t.addTarget(command)
	command.Flags().StringVar(&format, "format", "table", "`table`, json, markdown or csv")
	complete(command, "format", inspectFormats...)
	command.Flags().StringSliceVar(&services, "service", nil, "show only this `SERVICE`; may be given several times")
	completeWith(command, "service", completeServices(serviceNames))
	command.Flags().StringVar(&role, "role", "", "show only members with this `ROLE` at first start")
	completeWith(command, "role", completeServices(roleNames))
	return command
}

// printOverview prints services and endpoints as tables.
func (t *tool) printOverview(o overview) {
	fmt.Fprintf(t.out, "%s: from %s, IRIS %s, %s\n", o.Lab, o.Source, o.IRISVersion, text.Plural(len(o.Services),
		"service"))
	for _, rows := range [][][]string{o.serviceRows(), o.endpointRows()} {
		if len(rows) == 1 {
			continue
		}
		fmt.Fprintln(t.out)
		table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		for _, row := range rows {
			fmt.Fprintln(table, strings.Join(row, "\t"))
		}
		table.Flush()
	}
}

// printMarkdown prints the same tables for a page.
func (t *tool) printMarkdown(o overview) {
	fmt.Fprintf(t.out, "# Lab %s\n\nIRIS %s, %s.\n", o.Lab, o.IRISVersion, text.Plural(len(o.Services), "service"))
	for i, rows := range [][][]string{o.serviceRows(), o.endpointRows()} {
		if len(rows) == 1 {
			continue
		}
		fmt.Fprintf(t.out, "\n## %s\n\n", []string{"Services", "Endpoints"}[i])
		for i, row := range rows {
			for j, cell := range row {
				if row[j] = strings.ReplaceAll(cell, "|", "\\|"); strings.Contains(cell, "://") {
					row[j] = "<" + row[j] + ">"
				}
			}
			fmt.Fprintf(t.out, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				fmt.Fprintf(t.out, "|%s\n", strings.Repeat("---|", len(row)))
			}
		}
	}
}

// serviceRows are the services with their addresses and the ports that they publish, below a row of titles.
func (o *overview) serviceRows() [][]string {
	head := []string{"SERVICE", "KIND", "ROLE", "MIRROR"}
	for _, n := range o.Networks {
		head = append(head, n.Name)
	}
	ports := "HOST PORTS"
	if len(o.Networks) == 0 { // on a cluster
		ports = "SERVICE PORTS"
	}
	rows := [][]string{append(head, ports)}
	for _, s := range o.Services {
		cells := []string{s.Name, s.Kind, s.Role, s.Mirror}
		for _, n := range o.Networks {
			cells = append(cells, s.Addresses[n.Name])
		}
		var ports []string
		for _, p := range s.Ports {
			ports = append(ports, strconv.Itoa(p.Host)+"->"+strconv.Itoa(p.Container))
		}
		rows = append(rows, dashed(append(cells, strings.Join(ports, ", "))))
	}
	return rows
}

// endpointRows are the endpoints below a row of titles.
func (o *overview) endpointRows() [][]string {
	rows := [][]string{{"ENDPOINT", "THROUGH", "REACHES", "NOTE", "URL"}}
	for _, e := range o.Endpoints {
		rows = append(rows, dashed([]string{e.Kind, e.Through, e.Target, e.Note, e.URL}))
	}
	return rows
}

// dashed puts a hyphen into cells that would be empty.
func dashed(cells []string) []string {
	for i, cell := range cells {
		if cell == "" {
			cells[i] = "-"
		}
	}
	return cells
}

// printRecords prints addresses, ports and endpoints as CSV.
func (t *tool) printRecords(o overview) error {
	records := csv.NewWriter(t.out)
	records.Write([]string{"service", "kind", "role", "mirror", "item", "name", "value", "target", "note"})
	for _, s := range o.Services {
		record := func(cells ...string) { records.Write(append([]string{s.Name, s.Kind, s.Role, s.Mirror}, cells...)) }
		for _, n := range o.Networks {
			if address := s.Addresses[n.Name]; address != "" {
				record("address", n.Name, address, "", "")
			}
		}
		for _, p := range s.Ports {
			record("port", p.Purpose, fmt.Sprintf("%d:%d", p.Host, p.Container), "", "")
		}
	}
	for _, e := range o.Endpoints {
		s := e.service
		records.Write([]string{s.Name, s.Kind, s.Role, s.Mirror, "endpoint", e.Kind, e.URL, e.Target, e.Note})
	}
	records.Flush()
	return records.Error()
}
