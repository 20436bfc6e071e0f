package org.javatron.embeddings;

/**
 * Principal axes of some vectors, and what the first of them leave undecided. Chosen from samples;
 * no result depends on it.
 *
 * @param mean what the passages have in common; zeros if it was not asked for
 * @param axes by which most of passages and queries comes first
 * @param shares what heads leave
 */
public record Projection(float[] mean, PrincipalAxes axes, HeadShares shares) {
  /**
   * What codes of passages and queries miss of a product, relative to the lengths, or somewhat
   * more.
   */
  private static final double CODED = 0.008;

  /**
   * For passages from which the mean is taken off.
   *
   * @param queries some like those to come, or null: then passages stand for them
   */
  static Projection centred(Vectors passages, Vectors queries) {
    Moments moments = new Moments(passages);
    double[] covariance = moments.covariance();
    int dim = passages.dim();
    PrincipalAxes axes =
        queries == null
            ? PrincipalAxes.of(dim, covariance)
            : PrincipalAxes.of(dim, covariance, new Moments(queries).secondMoments());
    Vectors asked = queries == null ? passages : queries;
    return of(moments.mean(), axes, passages, asked, CODED);
  }

  /**
   * For passages as they are.
   *
   * @param passages float32 [N, dim]
   * @param queries float32 [Q, dim]
   * @return the projection; its mean is 0
   */
  public static Projection of(Vectors passages, Vectors queries) {
    int dim = passages.dim();
    double[] ofPassages = new Moments(passages).secondMoments();
    double[] ofQueries = new Moments(queries).secondMoments();
    PrincipalAxes axes = PrincipalAxes.of(dim, ofPassages, ofQueries);
    return of(new float[dim], axes, passages, queries, 0);
  }

  private static Projection of(
      float[] mean, PrincipalAxes axes, Vectors passages, Vectors queries, double error) {
    int dim = mean.length;
    double[] some = some(passages, HeadShares.PASSAGES);
    for (int i = 0; i < some.length; i++) {
      some[i] -= mean[i % dim];
    }
    double[] asked = some(queries, HeadShares.QUERIES);
    HeadShares shares =
        new HeadShares(dim, projected(axes, dim, some), projected(axes, dim, asked), error);
    return new Projection(mean, axes, shares);
  }

  /**
   * The memory that is needed to find a projection, at most.
   *
   * @param dim values of a vector
   * @return bytes
   */
  public static long bytes(int dim) {
    long matrices = 6L * dim * dim;
    long samples = 2L * (HeadShares.PASSAGES + HeadShares.QUERIES) * dim;
    long scores = 3L * HeadShares.PASSAGES * HeadShares.QUERIES;
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
