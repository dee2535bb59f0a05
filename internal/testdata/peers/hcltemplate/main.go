// Command hcltemplate prints an HCL template with the data of a JSON file: what
// Terraform's templatefile does, without Terraform around it.
package main

import (
	"log"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/zclconf/go-cty/cty"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	content, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	data, err := stdlib.JSONDecode(cty.StringVal(string(content)))
	if err != nil {
		log.Fatal(err)
	}
	template, diags := hclsyntax.ParseTemplate(text, os.Args[1], hcl.InitialPos)
	if diags.HasErrors() {
		log.Fatal(diags)
	}
	result, diags := template.Value(&hcl.EvalContext{Variables: data.AsValueMap()})
	if diags.HasErrors() {
		log.Fatal(diags)
	}
	os.Stdout.WriteString(result.AsString())
}
