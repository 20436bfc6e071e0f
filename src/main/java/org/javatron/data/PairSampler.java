package org.javatron.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes a query for a span of a document: its title, another span of the document, or a sentence of
 * the span itself.
 */
final class PairSampler {
  /** Where a query comes from. */
  enum Kind {
    /** The document's title. */
    TITLE,
    /** Another span of the document. */
    SPAN,
    /** A sentence of the span. */
    SENTENCE
  }

  /** A query and the text that answers it. */
  record Pair(Kind kind, String query, String positive) {}

  private final PairRules rules;
  private final Random random;

  PairSampler(PairRules rules) {
    this.rules = rules;
    this.random = new Random(rules.seed());
  }

  /** A pair for a span; null if its document gives none. */
  Pair sample(Document document, int span) {
    boolean wantsSentence = random.nextDouble() < rules.querySentence();
    Pair pair = wantsSentence ? sentence(document.spans().get(span)) : related(document, span);
    if (pair == null && rules.querySentence() > 0 && rules.querySentence() < 1) {
      return wantsSentence ? related(document, span) : sentence(document.spans().get(span));
    }
    return pair;
  }

  private Pair related(Document document, int span) {
    List<String> spans = document.spans();
    if (!document.title().isEmpty()) {
      return new Pair(Kind.TITLE, document.title(), spans.get(span));
    }
    if (spans.size() < 2) {
      return null;
    }
    int other = random.nextInt(spans.size() - 1);
    return new Pair(Kind.SPAN, spans.get(other < span ? other : other + 1), spans.get(span));
  }

  /** A sentence, if both it and what is left of the span are long enough. */
  private Pair sentence(String span) {
    List<String> words = Sentences.words(span);
    List<Sentences.Range> fit =
        Sentences.of(words).stream()
            .filter(s -> Sentences.isLongEnough(words.subList(s.from(), s.to())))
            .filter(s -> Sentences.isLongEnough(without(words, s)))
            .toList();
    if (fit.isEmpty()) {
      return null;
    }
    Sentences.Range chosen = fit.get(random.nextInt(fit.size()));
    String query = String.join(" ", window(words.subList(chosen.from(), chosen.to())));
    boolean keep = random.nextDouble() < rules.keepSentence();
    String positive = keep ? span : String.join(" ", without(words, chosen));
    return new Pair(Kind.SENTENCE, query, positive);
  }

  private static List<String> without(List<String> words, Sentences.Range sentence) {
    List<String> rest = new ArrayList<>(words.subList(0, sentence.from()));
    rest.addAll(words.subList(sentence.to(), words.size()));
    return rest;
  }

  private List<String> window(List<String> sentence) {
    if (sentence.size() <= rules.queryWords()) {
      return sentence;
    }
    int least = Math.max(Sentences.LEAST_WORDS, rules.queryWords() / 2);
    int length = least + random.nextInt(rules.queryWords() - least + 1);
    int from = random.nextInt(sentence.size() - length + 1);
    return sentence.subList(from, from + length);
  }
}
