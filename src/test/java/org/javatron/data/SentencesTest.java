package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SentencesTest {
  private static List<String> cut(String text) {
    List<String> words = Sentences.words(text);
    return Sentences.of(words).stream()
        .map(s -> String.join(" ", words.subList(s.from(), s.to())))
        .toList();
  }

  @Test
  void sentencesEndWhereTheNextDoesNotBeginInLowerCase() {
    assertEquals(
        List.of("Is it so?", "It is!", "In 1956 it was.", "1957 too."),
        cut("Is it so? It is!  In 1956 it was.\n1957 too."));
    assertEquals(
        List.of("It is C. spinosa, e.g. a plant."), cut("It is C. spinosa, e.g. a plant."));
    assertEquals(List.of("By J. K. Rowling.", "She wrote."), cut("By J. K. Rowling. She wrote."));
    assertEquals(
        List.of("He said \"no.\"", "She left.)", "Then"), cut("He said \"no.\" She left.) Then"));
    assertEquals(List.of("no end"), cut("no end"));
  }

  @Test
  void textCutAtEveryMarkHasItsMarksAtTheSentencesEnd() {
    assertEquals(
        List.of("It copies DNA .", "( In 1956 . ) Kornberg did ."),
        cut("It copies DNA . ( In 1956 . ) Kornberg did ."));
  }

  @Test
  void onlyWordsWithLettersOrDigitsCount() {
    assertTrue(Sentences.isLongEnough(List.of("a", "b", "3", "d")));
    assertFalse(Sentences.isLongEnough(List.of("a", ",", "b", "-", "d", ".")));
  }
}
