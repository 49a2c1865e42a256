"""What a run or a crisis is asked beyond its results: drivers, boxes, trees, robust policies, searches, studies."""
