"""Particles by the sound before them."""

import pytest

from reports.language.particles import with_particles


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("퓨샷(은/는) 낫습니다", "퓨샷은 낫습니다"),
        ("하이브리드(은/는) 낫습니다", "하이브리드는 낫습니다"),
        ("파인튜닝(이/가)", "파인튜닝이"),
        ("RAG(을/를)", "RAG를"),
        ("RAG + 퓨샷(을/를)", "RAG + 퓨샷을"),
        ("80%(을/를)", "80%를"),
        ("13(으로/로)", "13으로"),
        ("7(으로/로)", "7로"),  # 칠 ends with ㄹ
        ("20(이/가)", "20이"),  # 영
        ("전체 코퍼스(과/와)", "전체 코퍼스와"),
        ("model(을/를)", "model을"),
        ("하이브리드 (검색 포함)(이/가)", "하이브리드 (검색 포함)가"),
    ],
)
def test_a_particle_follows_the_sound_of_its_word(text, said):
    assert with_particles(text) == said


def test_other_brackets_stay():
    assert with_particles("목표(80%) (은/을)") == "목표(80%) (은/을)"
