"""No module imports, directly or through others, a module that imports it."""

import grimp


def _circles(imports):
    """Strongly connected parts of more than one module (Tarjan), or of one that imports itself."""
    index, low, stack, found = {}, {}, [], []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(imports[module]):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            part = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(part) > 1 or module in imports[module]:
                found.append(sorted(part))

    for module in sorted(imports):
        if module not in index:
            visit(module)
    return found


def test_circles_are_seen():
    """Oracle: hand."""
    assert _circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"d"}}) == [["b", "c"], ["d"]]


def test_no_module_stands_in_a_circle_of_imports():
    """Oracle: independent code: the graph of imports that grimp reads, those inside functions too, those of types not."""
    graph = grimp.build_graph("detente", exclude_type_checking_imports=True, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert len(imports) > 300
    assert _circles(imports) == []
