/**
 * Recipes: a result of the field as a file of commands with the scores they must give, run from
 * wherever the last run stopped, and a report of what came out.
 *
 * <p>{@link org.javatron.recipe.Recipe} is what the file says, {@link
 * org.javatron.recipe.RecipePlan} what it means on this machine, {@link
 * org.javatron.recipe.RecipeRun} does it.
 */
package org.javatron.recipe;
