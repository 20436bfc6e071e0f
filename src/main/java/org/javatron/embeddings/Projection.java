package org.javatron.embeddings;

/**
 * Principal axes of some vectors, and how many of them a search should look at first. Chosen from
 * samples; no result depends on it.
 *
 * @param mean what the passages have in common; zeros if it was not asked for
 * @param axes by which most of passages and queries comes first
 * @param head how many axes a search multiplies for all passages
 * @param cost the expected work of a search with that head, in multiplied values a passage and
 *     query
 */
public record Projection(float[] mean, PrincipalAxes axes, int head, double cost) {
  /**
   * What codes of passages and queries miss of a product, relative to the lengths, or somewhat
   * more.
   */
  private static final double CODED = 0.02;

  /** What searches of an int8 form are expected to ask for. */
  private static final double DEPTH = 1000;

  /**
   * For passages from which the mean is taken off.
   *
   * @param queries some like those to come, or null: then passages stand for them
   */
  static Projection centred(Vectors passages, Vectors queries) {
    double wanted = DEPTH / Math.max(DEPTH, passages.rows());
    Moments moments = new Moments(passages);
    double[] covariance = moments.covariance();
    int dim = passages.dim();
    PrincipalAxes axes =
        queries == null
            ? PrincipalAxes.of(dim, covariance)
            : PrincipalAxes.of(dim, covariance, new Moments(queries).secondMoments());
    Vectors asked = queries == null ? passages : queries;
    return of(moments.mean(), axes, passages, asked, CODED, wanted);
  }

  /**
   * For passages as they are.
   *
   * @param passages float32 [N, dim]
   * @param queries float32 [Q, dim]
   * @param wanted which part of the passages each query wants
   * @return the projection; its mean is 0
   */
  public static Projection of(Vectors passages, Vectors queries, double wanted) {
    int dim = passages.dim();
    double[] ofPassages = new Moments(passages).secondMoments();
    double[] ofQueries = new Moments(queries).secondMoments();
    PrincipalAxes axes = PrincipalAxes.of(dim, ofPassages, ofQueries);
    return of(new float[dim], axes, passages, queries, 0, wanted);
  }

  private static Projection of(
      float[] mean,
      PrincipalAxes axes,
      Vectors passages,
      Vectors queries,
      double error,
      double wanted) {
    int dim = mean.length;
    double[] some = some(passages, HeadLength.PASSAGES);
    for (int i = 0; i < some.length; i++) {
      some[i] -= mean[i % dim];
    }
    double[] asked = some(queries, HeadLength.QUERIES);
    HeadLength length =
        HeadLength.of(dim, projected(axes, dim, some), projected(axes, dim, asked), error, wanted);
    return new Projection(mean, axes, length.head(), length.cost());
  }

  /**
   * The memory that is needed to find a projection, at most.
   *
   * @param dim values of a vector
   * @return bytes
   */
  public static long bytes(int dim) {
    long matrices = 6L * dim * dim;
    long samples = 2L * (HeadLength.PASSAGES + HeadLength.QUERIES) * dim;
    long scores = 3L * HeadLength.PASSAGES * HeadLength.QUERIES;
    return (matrices + samples + scores) * Double.BYTES;
  }

  private static double[] some(Vectors vectors, int most) {
    long step = Math.max(1, vectors.rows() / most);
    return Moments.sample(vectors, step / 2, step, most);
  }

  private static double[] projected(PrincipalAxes axes, int dim, double[] vectors) {
    double[] out = new double[vectors.length];
    axes.apply(vectors.length / dim, vectors, out);
    return out;
  }
}
