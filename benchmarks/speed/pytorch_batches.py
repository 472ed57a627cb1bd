"""What a method does to a mini-batch, in plain PyTorch."""

import torch


def balanced(labels: torch.Tensor) -> torch.Tensor:
    """Choose as many rows as there are, equally many of each class that is present, with replacement."""
    present, counts = torch.unique(labels, return_counts=True)
    order = torch.argsort(labels)
    of_slot = torch.arange(len(labels)) % len(present)
    if len(labels) % len(present):
        of_slot = torch.randperm(len(present))[of_slot]
    rank = (torch.rand(len(labels)) * counts[of_slot]).long()
    return order[(counts.cumsum(0) - counts)[of_slot] + rank]


def smote(x: torch.Tensor, labels: torch.Tensor, neighbours: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """Raise every class to the largest one and keep as many rows as there were; see `remix.batches.smote`."""
    present, counts = torch.unique(labels, return_counts=True)
    if len(present) == 1:
        return x, labels
    largest, raised = int(counts.max()), [(x, labels)]
    for label, count in zip(present.tolist(), counts.tolist(), strict=True):
        missing, k = largest - count, min(neighbours, count - 1)
        if missing == 0:
            continue
        own = x[labels == label]
        base = torch.randint(count, (missing,))
        points = own[base]
        if k > 0:
            near = torch.cdist(own, own).fill_diagonal_(torch.inf).topk(k, largest=False).indices
            partner = own[near[base, torch.randint(k, (missing,))]]
            points = torch.lerp(points, partner, torch.rand(missing, 1))
        raised.append((points, labels.new_full((missing,), label)))
    features, classes = (torch.cat(part) for part in zip(*raised, strict=True))
    kept = torch.randperm(len(classes))[: len(labels)]
    return features[kept], classes[kept]


def mixup(x: torch.Tensor, y: torch.Tensor, share: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Mix every row and its label with another one: λ, which is `share`, for the row itself."""
    order = torch.randperm(len(x))
    return torch.lerp(x[order], x, share), torch.lerp(y[order], y, share)
