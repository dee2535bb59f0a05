package templates

import (
	"fmt"
	"math"
	"math/bits"
	"reflect"
	"slices"
	"text/template/parse"
)

// The functions that guard puts into a template of the user's.
const (
	enterName = "_enter"
	leaveName = "_leave"
	stepName  = "_step"
	rangeName = "_range"
	showName  = "_show"
)

// guard makes the passes and calls of a template count, and what it prints be
// looked at.
func guard(tree *parse.Tree) {
	enter := counter(tree.Root, enterName)
	walk(tree.Root, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.RangeNode:
			n.Pipe.Cmds = append(n.Pipe.Cmds, command(n.Pipe.Pos, rangeName))
			n.List.Nodes = append([]parse.Node{counter(n.List, stepName)}, n.List.Nodes...)
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 && !printsText(n.Pipe) {
				n.Pipe.Cmds = append(n.Pipe.Cmds, command(n.Pipe.Pos, showName))
			}
		}
	})
	const behind = math.MaxInt32 // every expression of the template
	tree.Root.Nodes = slices.Concat([]parse.Node{enter}, tree.Root.Nodes, []parse.Node{action(behind, leaveName)})
}

// printsText reports whether a pipeline ends with a function that returns nothing but
// text. What it returns has been charged for.
func printsText(pipe *parse.PipeNode) bool {
	name, ok := pipe.Cmds[len(pipe.Cmds)-1].Args[0].(*parse.IdentifierNode)
	if !ok || functions()[name.Ident] == nil {
		return false
	}
	direct := reflect.TypeOf(functions()[name.Ident].direct)
	return direct != nil && direct.Out(0).Kind() == reflect.String
}

// counter calls a function with the size of a list.
func counter(list *parse.ListNode, name string) parse.Node {
	nodes, bytes := size(list)
	return action(list.Pos, name, numberNode(nodes), numberNode(bytes))
}

// size counts the texts and expressions of a list that one pass can meet, and the
// bytes of the texts, without those of a range in it.
func size(list *parse.ListNode) (nodes, bytes int) {
	if list == nil {
		return 0, 0
	}
	inner := func(list *parse.ListNode) {
		n, b := size(list)
		nodes, bytes = nodes+n, bytes+b
	}
	for _, node := range list.Nodes {
		nodes++
		switch node := node.(type) {
		case *parse.TextNode:
			bytes += len(node.Text)
		case *parse.ActionNode:
			nodes += operands(node.Pipe)
		case *parse.TemplateNode:
			nodes += operands(node.Pipe)
		case *parse.RangeNode:
			nodes += operands(node.Pipe)
			inner(node.ElseList)
		default:
			if branch := branchOf(node); branch != nil {
				nodes += operands(branch.Pipe)
				inner(branch.List)
				inner(branch.ElseList)
			}
		}
	}
	return nodes, bytes
}

// operands counts what is evaluated for a pipeline.
func operands(pipe *parse.PipeNode) int {
	n := 0
	if pipe == nil {
		return n
	}
	for _, c := range pipe.Cmds {
		n += len(c.Args)
		for _, arg := range c.Args {
			if inner, ok := arg.(*parse.PipeNode); ok {
				n += operands(inner)
			}
			if chain, ok := arg.(*parse.ChainNode); ok {
				if inner, ok := chain.Node.(*parse.PipeNode); ok {
					n += operands(inner)
				}
			}
		}
	}
	return n
}

// action is a statement that calls a function and prints nothing.
func action(pos parse.Pos, name string, args ...parse.Node) parse.Node {
	pipe := &parse.PipeNode{NodeType: parse.NodePipe, Pos: pos, Cmds: []*parse.CommandNode{command(pos, name, args...)}}
	return &parse.IfNode{BranchNode: parse.BranchNode{
		NodeType: parse.NodeIf, Pos: pos, Pipe: pipe, List: &parse.ListNode{NodeType: parse.NodeList, Pos: pos},
	}}
}

func command(pos parse.Pos, name string, args ...parse.Node) *parse.CommandNode {
	function := parse.NewIdentifier(name).SetPos(pos)
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: pos, Args: append([]parse.Node{function}, args...)}
}

func numberNode(n int) parse.Node {
	return &parse.NumberNode{NodeType: parse.NodeNumber, IsInt: true, Int64: int64(n), Text: fmt.Sprint(n)}
}

// walk visits every statement of a list, those inside others too.
func walk(list *parse.ListNode, visit func(parse.Node)) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		visit(n)
		if branch := branchOf(n); branch != nil {
			walk(branch.List, visit)
			walk(branch.ElseList, visit)
		}
	}
}

// branchOf is what an if, a range and a with have in common; nil for others.
func branchOf(n parse.Node) *parse.BranchNode {
	switch n := n.(type) {
	case *parse.IfNode:
		return &n.BranchNode
	case *parse.RangeNode:
		return &n.BranchNode
	case *parse.WithNode:
		return &n.BranchNode
	}
	return nil
}

// sorted charges for a dictionary that a range goes through, in the order of its
// keys.
func (b *budget) sorted(value any) (any, error) {
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Map {
		return value, nil
	}
	return value, b.spend(product(v.Len(), keyWork*bits.Len(uint(v.Len()))))
}

// show lets through what has one way to be printed, and for which there is room.
func (b *budget) show(value any) (any, error) {
	if err := printable(value); err != nil {
		return nil, err
	}
	return value, b.room(length(value) + pieceText)
}

// walkPipelines visits the pipelines of actions, of calls of templates and of branches; the
// pipelines inside their arguments are the visitor's.
func walkPipelines(list *parse.ListNode, visit func(*parse.PipeNode)) {
	walk(list, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.ActionNode:
			visit(n.Pipe)
		case *parse.TemplateNode:
			visit(n.Pipe)
		default:
			if branch := branchOf(n); branch != nil {
				visit(branch.Pipe)
			}
		}
	})
}
