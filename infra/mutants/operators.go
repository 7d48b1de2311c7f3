package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// mutant is one wrong rule that is put in by machine.
type mutant struct {
	ID   int    // from 1, within its package
	File string // from the project's folder, with slashes
	Line int
	Func string // Type.Method or Function; "" outside of any
	Edit string // such as `a < b` becomes <=
}

// key names the mutant without its line: explanations of survivors are by key.
func (m mutant) key() string { return m.File + " " + m.Func + ": " + m.Edit }

// operators walks the syntax tree of one package and writes down where each wrong rule goes.
type operators struct {
	pkg     *packages.Package
	module  string
	source  []byte
	file    *token.File
	path    string
	imports map[string]string // names of the file's imports by path
	fn      string
	skip    map[int]bool // lines on which nothing is mutated, for it would not compile

	mutants []mutant
	keys    map[string]int
	edits   []splice
}

// splice puts text in place of source[from:to]. At one place closings come first, the innermost before all others, then
// replacements, then openings, the outermost before all others.
type splice struct {
	from, to int
	text     string
	order    int // -1 closes, 0 replaces, 1 opens
	number   int
}

func (w *operators) offset(p token.Pos) int { return w.file.Offset(p) }

func (w *operators) text(n ast.Node) string {
	return string(w.source[w.offset(n.Pos()):w.offset(n.End())])
}

func (w *operators) splice(from, to token.Pos, order int, text string) {
	w.edits = append(w.edits, splice{w.offset(from), w.offset(to), text, order, len(w.edits)})
}

// wrap puts text before and after a node.
func (w *operators) wrap(n ast.Node, before, after string) {
	w.splice(n.Pos(), n.Pos(), 1, before)
	w.splice(n.End(), n.End(), -1, after)
}

var space = regexp.MustCompile(`\s+`)

// quote is a node's text on one line and no longer than a line.
func (w *operators) quote(n ast.Node) string {
	s := []rune(space.ReplaceAllString(w.text(n), " "))
	if len(s) > 90 {
		s = append(s[:89], '…')
	}
	return "`" + string(s) + "`"
}

// add notes a mutant and gives its number.
func (w *operators) add(n ast.Node, edit string) int {
	m := mutant{ID: len(w.mutants) + 1, File: w.path, Line: w.file.Line(n.Pos()), Func: w.fn, Edit: edit}
	w.keys[m.key()]++
	if k := w.keys[m.key()]; k > 1 {
		m.Edit += fmt.Sprintf(" (%d)", k)
	}
	w.mutants = append(w.mutants, m)
	return m.ID
}

// walk finds the mutants of one file.
func (w *operators) walk(f *ast.File) {
	for _, d := range f.Decls {
		w.fn = ""
		if d, ok := d.(*ast.FuncDecl); ok {
			w.fn = d.Name.Name
			if d.Recv != nil {
				w.fn = strings.TrimLeft(w.text(d.Recv.List[0].Type), "*") + "." + w.fn
			}
		}
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
			continue
		}
		ast.PreorderStack(d, nil, func(n ast.Node, stack []ast.Node) bool {
			w.node(n, stack)
			return true
		})
	}
}

func (w *operators) node(n ast.Node, stack []ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		w.end(n.Type, n.Body)
	case *ast.FuncLit:
		w.end(n.Type, n.Body)
	}
	if w.skip[w.file.Line(n.Pos())] {
		return
	}
	if s, ok := n.(ast.Stmt); ok {
		w.statement(s, stack)
	}
	switch n := n.(type) {
	case *ast.IfStmt:
		w.condition(n.Cond)
	case *ast.ForStmt:
		if n.Cond != nil {
			w.wrap(n.Cond, fmt.Sprintf("(!mutantIs(%d) && (", w.add(n, "for "+w.quote(n.Cond)+" never")), "))")
		}
	case *ast.CaseClause:
		w.caseClause(n, stack)
	case *ast.BinaryExpr:
		w.binary(n)
	case *ast.UnaryExpr:
		w.unary(n)
	case *ast.ReturnStmt:
		for _, r := range n.Results {
			w.turn(r)
		}
	case *ast.KeyValueExpr:
		w.field(n, stack)
	case *ast.CallExpr:
		w.call(n)
	case *ast.AssignStmt:
		c, ok := stack[len(stack)-1].(*ast.CommClause)
		if !ok || slices.Contains(c.Body, ast.Stmt(n)) { // a case of a select is no statement of its own
			w.assign(n)
		}
	}
}

// end lets a function that lost a return end all the same.
func (w *operators) end(t *ast.FuncType, body *ast.BlockStmt) {
	if body != nil && t.Results != nil {
		w.splice(body.Rbrace, body.Rbrace, 1, `;panic("mutant: nothing was returned")`)
	}
}

// condition is one that an if or a case stands on: it never holds, it always does, and each part of it is left out and
// turned round.
func (w *operators) condition(e ast.Expr) {
	if !w.boolean(e) {
		return
	}
	always, never := w.add(e, w.quote(e)+" always"), w.add(e, w.quote(e)+" never")
	w.wrap(e, fmt.Sprintf("(mutantIs(%d) || !mutantIs(%d) && (", always, never), "))")
}

func (w *operators) boolean(e ast.Expr) bool {
	t := w.pkg.TypesInfo.Types[e]
	b, ok := t.Type.(*types.Basic)
	return ok && t.Value == nil && b.Info()&types.IsBoolean != 0
}

// turn turns round a truth that is returned or assigned.
func (w *operators) turn(e ast.Expr) {
	t, ok := w.pkg.TypesInfo.Types[e]
	if !ok {
		return
	}
	if b, ok := t.Type.(*types.Basic); !ok || b.Info()&types.IsBoolean == 0 {
		return
	}
	w.wrap(e, "((", fmt.Sprintf(") != mutantIs(%d))", w.add(e, w.quote(e)+" turned round")))
}

func (w *operators) caseClause(c *ast.CaseClause, stack []ast.Node) {
	s, ok := stack[len(stack)-2].(*ast.SwitchStmt)
	if !ok {
		return
	}
	for _, e := range c.List {
		if s.Tag == nil {
			w.condition(e)
			continue
		}
		t := w.pkg.TypesInfo.TypeOf(s.Tag)
		name, ok := w.typeName(t)
		if b, isBasic := t.Underlying().(*types.Basic); ok && isBasic && b.Info()&types.IsString != 0 {
			w.wrap(e, fmt.Sprintf("mutantCase[%s](%d, ", name, w.add(e, "case "+w.quote(e)+" left out")), ")")
		}
	}
}

func (w *operators) binary(e *ast.BinaryExpr) {
	if w.pkg.TypesInfo.Types[e].Value != nil {
		return
	}
	// The function that stands for an operator, and the operator that it becomes.
	names := map[token.Token][2]string{
		token.LSS: {"LT", "<="}, token.LEQ: {"LE", "<"}, token.GTR: {"GT", ">="}, token.GEQ: {"GE", ">"},
		token.ADD: {"Add", "-"}, token.SUB: {"Sub", "+"}, token.MUL: {"Mul", "/"}, token.QUO: {"Div", "*"}}
	name := names[e.Op]
	switch e.Op {
	case token.LAND, token.LOR:
		w.operand(e, e.X)
		w.operand(e, e.Y)
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		w.operator(e, name[0], w.add(e, w.quote(e)+" becomes "+name[1]))
	case token.ADD, token.SUB, token.MUL, token.QUO:
		if w.numeric(e) {
			w.operator(e, name[0], w.add(e, w.quote(e)+" becomes "+name[1]))
		}
	case token.EQL, token.NEQ:
		w.columns(e)
	}
}

// operator makes a call of a binary operator.
func (w *operators) operator(e *ast.BinaryExpr, name string, first int) {
	w.splice(e.Pos(), e.Pos(), 1, fmt.Sprintf("mutant%s(%d, ", name, first))
	w.comma(e.X.End(), e.Y.Pos())
	w.splice(e.End(), e.End(), -1, ")")
}

// comma replaces what stands between two operands, and keeps the lines.
func (w *operators) comma(from, to token.Pos) {
	lines := strings.Count(string(w.source[w.offset(from):w.offset(to)]), "\n")
	w.splice(from, to, 0, ", "+strings.Repeat("\n", lines))
}

func (w *operators) numeric(e ast.Expr) bool {
	t := w.pkg.TypesInfo.Types[e]
	b, ok := t.Type.Underlying().(*types.Basic)
	return ok && t.Value == nil && b.Info()&types.IsNumeric != 0 && b.Info()&types.IsComplex == 0
}

// operand leaves out one side of && or ||, and turns it round.
func (w *operators) operand(e *ast.BinaryExpr, x ast.Expr) {
	if b, ok := x.(*ast.BinaryExpr); ok && b.Op == e.Op || !w.boolean(x) {
		return // its own sides are left out one by one
	}
	out, round := w.add(x, w.quote(x)+" left out of "+w.quote(e)), w.add(x, w.quote(x)+" turned round in "+w.quote(e))
	if e.Op == token.LAND {
		w.wrap(x, fmt.Sprintf("((mutantIs(%d) || (", out), fmt.Sprintf(")) != mutantIs(%d))", round))
	} else {
		w.wrap(x, fmt.Sprintf("((!mutantIs(%d) && (", out), fmt.Sprintf(")) != mutantIs(%d))", round))
	}
}

// columns compares two structs of the project with one field left out at a time.
func (w *operators) columns(e *ast.BinaryExpr) {
	fields := w.fields(e.X)
	if len(fields) == 0 || !types.Identical(w.pkg.TypesInfo.TypeOf(e.X), w.pkg.TypesInfo.TypeOf(e.Y)) {
		return
	}
	first := 0
	for i, f := range fields {
		if n := w.add(e, w.quote(e)+" whatever "+f+" is"); i == 0 {
			first = n
		}
	}
	name := "Equal"
	if e.Op == token.NEQ {
		w.splice(e.Pos(), e.Pos(), 1, "!")
	}
	w.operator(e, name, first)
}

// fields are the names of a value's fields, if it is a struct of the project all of whose fields can be set.
func (w *operators) fields(e ast.Expr) []string {
	named, ok := w.pkg.TypesInfo.TypeOf(e).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || !strings.HasPrefix(named.Obj().Pkg().Path()+"/", w.module+"/") {
		return nil
	}
	s, ok := named.Underlying().(*types.Struct)
	if !ok || s.NumFields() < 2 {
		return nil
	}
	var names []string
	for f := range s.Fields() {
		if !f.Exported() {
			return nil
		}
		names = append(names, f.Name())
	}
	return names
}

func (w *operators) unary(e *ast.UnaryExpr) {
	if e.Op == token.SUB && w.numeric(e) {
		w.wrap(e, fmt.Sprintf("mutantSign(%d, ", w.add(e, w.quote(e)+" without its sign")), ")")
	}
}

// field leaves a field out of a literal.
func (w *operators) field(kv *ast.KeyValueExpr, stack []ast.Node) {
	lit, ok := stack[len(stack)-1].(*ast.CompositeLit)
	if !ok {
		return
	}
	t := w.pkg.TypesInfo.TypeOf(lit)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if _, ok := t.Underlying().(*types.Struct); !ok {
		return
	}
	v := w.pkg.TypesInfo.Types[kv.Value]
	if v.IsNil() || v.Value != nil && slices.Contains([]string{"0", `""`, "false"}, v.Value.ExactString()) {
		return
	}
	if name, ok := w.typeName(w.pkg.TypesInfo.TypeOf(kv.Key.(*ast.Ident))); ok {
		w.wrap(kv.Value, fmt.Sprintf("mutantZero[%s](%d, ", name, w.add(kv, w.quote(kv)+" left out")), ")")
	}
}

// typeName is how the file at hand writes a type; false when it cannot.
func (w *operators) typeName(t types.Type) (string, bool) {
	ok := true
	name := types.TypeString(t, func(p *types.Package) string {
		if p == w.pkg.Types {
			return ""
		}
		name, imported := w.imports[p.Path()]
		ok = ok && imported
		return name
	})
	return name, ok
}

// call moves the boundary of time's comparisons.
func (w *operators) call(c *ast.CallExpr) {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || len(c.Args) != 1 || s.Sel.Name != "After" && s.Sel.Name != "Before" {
		return
	}
	if types.TypeString(w.pkg.TypesInfo.TypeOf(s.X), nil) != "time.Time" {
		return
	}
	n := w.add(c, w.quote(c)+" also at the very moment")
	w.splice(c.Pos(), c.Pos(), 1, fmt.Sprintf("mutant%s(%d, ", s.Sel.Name, n))
	w.comma(s.X.End(), c.Args[0].Pos())
}

// assign leaves out one of several assignments, and one field at a time of a struct that is assigned.
func (w *operators) assign(a *ast.AssignStmt) {
	for _, r := range a.Rhs {
		w.turn(r)
	}
	if (a.Tok == token.ADD_ASSIGN || a.Tok == token.SUB_ASSIGN) && w.numeric(a.Lhs[0]) {
		if name, ok := w.typeName(w.pkg.TypesInfo.TypeOf(a.Lhs[0])); ok {
			w.wrap(a.Rhs[0], fmt.Sprintf("mutantSign[%s](%d, ", name, w.add(a, w.quote(a)+" the other way")), ")")
		}
	}
	if a.Tok != token.ASSIGN || len(a.Lhs) != len(a.Rhs) {
		return
	}
	for i, l := range a.Lhs {
		if !plain(l) {
			continue
		}
		name, ok := w.typeName(w.pkg.TypesInfo.TypeOf(l))
		if !ok {
			continue
		}
		if len(a.Lhs) > 1 {
			n := w.add(l, w.quote(l)+" not assigned in "+w.quote(a))
			w.wrap(a.Rhs[i], fmt.Sprintf("mutantKeep[%s](%d, %s, ", name, n, w.text(l)), ")")
		}
		first := 0
		for j, f := range w.fields(l) {
			if n := w.add(l, w.quote(a)+" without "+f); j == 0 {
				first = n
			}
		}
		if first > 0 {
			w.wrap(a.Rhs[i], fmt.Sprintf("mutantFields[%s](%d, %s, ", name, first, w.text(l)), ")")
		}
	}
}

// plain tells whether an expression can be evaluated once more without doing anything.
func plain(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name != "_"
	case *ast.SelectorExpr:
		return plain(e.X)
	case *ast.StarExpr:
		return plain(e.X)
	case *ast.IndexExpr:
		return plain(e.X) && plain(e.Index)
	}
	return false
}

// statement drops a statement of a list, unless that is what a condition that never holds does.
func (w *operators) statement(s ast.Stmt, stack []ast.Node) {
	list, alone := listOf(stack)
	if list == nil || !slices.Contains(list, s) {
		return
	}
	what := ""
	switch s := s.(type) {
	case *ast.ExprStmt:
		what = "dropped"
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE && len(s.Lhs) == 1 && !blank(s.Lhs[0]) {
			what = "dropped"
		}
	case *ast.ReturnStmt:
		if !body(stack) {
			what = "dropped"
		}
	case *ast.BranchStmt:
		if s.Tok == token.CONTINUE || s.Tok == token.BREAK {
			what = "dropped"
		}
	case *ast.IncDecStmt:
		other := map[token.Token]string{token.INC: "--", token.DEC: "++"}[s.Tok]
		n := w.add(s, w.quote(s)+" becomes "+other)
		w.splice(s.Pos(), s.Pos(), 1, fmt.Sprintf("if mutantIs(%d) { %s%s } else { ", n, w.text(s.X), other))
		w.splice(s.End(), s.End(), -1, " }")
		return
	}
	if what == "" || alone {
		return
	}
	w.wrap(s, fmt.Sprintf("if !mutantIs(%d) { ", w.add(s, w.quote(s)+" "+what)), " }")
}

func blank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// listOf gives the list in which the node under the stack's top stands, and whether it is all of the body of an if.
func listOf(stack []ast.Node) (list []ast.Stmt, alone bool) {
	switch p := stack[len(stack)-1].(type) {
	case *ast.BlockStmt:
		list = p.List
		if i, ok := stack[len(stack)-2].(*ast.IfStmt); ok {
			alone = len(list) == 1 && i.Body == p
		}
	case *ast.CaseClause:
		list = p.Body
	case *ast.CommClause:
		list = p.Body
	}
	return list, alone
}

// body tells whether the stack's top is the body of a function: its last return cannot be dropped.
func body(stack []ast.Node) bool {
	if len(stack) < 2 {
		return true
	}
	switch stack[len(stack)-2].(type) {
	case *ast.FuncDecl, *ast.FuncLit:
		return true
	}
	return false
}
