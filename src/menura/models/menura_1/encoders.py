"""From phoneme symbols to features: the language model (ALBERT) and the acoustic text encoder."""

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

SYMBOLS = 178
MOST_TOKENS = 512
HIDDEN = 512


class Albert(nn.Module):
    """ALBERT (Lan et al. 2019) over phonemes: one layer applied twelve times, then 768 → 512."""

    layers = 12
    heads = 12

    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(SYMBOLS, 128)
        self.position_embeddings = nn.Embedding(MOST_TOKENS, 128)
        self.token_type_embeddings = nn.Embedding(2, 128)
        self.embedding_norm = nn.LayerNorm(128, eps=1e-12)
        self.mapping_in = nn.Linear(128, 768)
        self.query = nn.Linear(768, 768)
        self.key = nn.Linear(768, 768)
        self.value = nn.Linear(768, 768)
        self.dense = nn.Linear(768, 768)
        self.attention_norm = nn.LayerNorm(768, eps=1e-12)
        self.ffn = nn.Linear(768, 2048)
        self.ffn_output = nn.Linear(2048, 768)
        self.output_norm = nn.LayerNorm(768, eps=1e-12)
        self.mapping_out = nn.Linear(768, HIDDEN)

    def forward(self, tokens: Tensor) -> Tensor:
        """Maps token ids [B, T] to [B, 512, T]."""
        batch, steps = tokens.shape
        x = self.embedded(tokens)

        def split(y: Tensor) -> Tensor:
            return y.view(batch, steps, self.heads, -1).transpose(1, 2)  # [B, heads, T, 64]

        for _ in range(self.layers):
            attended = F.scaled_dot_product_attention(
                split(self.query(x)), split(self.key(x)), split(self.value(x))
            )
            attended = attended.transpose(1, 2).reshape(batch, steps, 768)
            x = self.attention_norm(x + self.dense(attended))
            y = self.ffn_output(F.gelu(self.ffn(x), approximate="tanh"))
            x = self.output_norm(x + y)
        return self.mapping_out(x).transpose(1, 2)

    def embedded(self, tokens: Tensor) -> Tensor:
        """What the first pass gets for token ids [B, T], [B, T, 768]."""
        x = self.word_embeddings(tokens)
        x = x + self.position_embeddings.weight[: tokens.shape[1]]
        x = x + self.token_type_embeddings.weight[0]
        mapped: Tensor = self.mapping_in(self.embedding_norm(x))
        return mapped


class TextEncoder(nn.Module):
    """Convolutions and a bidirectional LSTM over phonemes."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(SYMBOLS, HIDDEN)
        self.convs = nn.ModuleList(nn.Conv1d(HIDDEN, HIDDEN, 5, padding=2) for _ in range(3))
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN) for _ in range(3))
        self.lstm = nn.LSTM(HIDDEN, HIDDEN // 2, batch_first=True, bidirectional=True)

    def forward(self, tokens: Tensor) -> Tensor:
        """Maps token ids [B, T] to [B, 512, T]."""
        x = self.embedding(tokens)  # [B, T, 512]
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = F.leaky_relu(norm(conv(x.transpose(1, 2)).transpose(1, 2)), 0.2)
        return self.lstm(x)[0].transpose(1, 2)
