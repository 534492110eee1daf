/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search trees that libdw.a calls and that some releases of elfutils leave out of all static libraries
 * (0.192 has them in lib/eu-search.c, which only the shared libraries contain). mk/static.mk puts this file last in
 * a static link, so the linker takes it only when nothing else has these functions.
 *
 * libdw allocates the tree and initialises it here. Its first member is the root; the lock that may follow is
 * for the use of these functions alone, and one lock for all trees does the same.
 */
#include <pthread.h>
#include <search.h>
#include <stddef.h>

struct search_tree {
	void *root;
};
typedef int compare_keys(const void *, const void *);

void *eu_tsearch(const void *key, struct search_tree *tree, compare_keys *compare);
void *eu_tfind(const void *key, struct search_tree *tree, compare_keys *compare);
void *eu_tdelete(const void *key, struct search_tree *tree, compare_keys *compare);
void eu_tdestroy(struct search_tree *tree, void (*free_node)(void *));
void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *));

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *eu_tsearch(const void *key, struct search_tree *tree, compare_keys *compare)
{
	pthread_mutex_lock(&lock);
	void *found = tsearch(key, &tree->root, compare);
	pthread_mutex_unlock(&lock);
	return found;
}

void *eu_tfind(const void *key, struct search_tree *tree, compare_keys *compare)
{
	pthread_mutex_lock(&lock);
	void *found = tfind(key, &tree->root, compare);
	pthread_mutex_unlock(&lock);
	return found;
}

void *eu_tdelete(const void *key, struct search_tree *tree, compare_keys *compare)
{
	pthread_mutex_lock(&lock);
	void *parent = tdelete(key, &tree->root, compare);
	pthread_mutex_unlock(&lock);
	return parent;
}

void eu_tdestroy(struct search_tree *tree, void (*free_node)(void *))
{
	pthread_mutex_lock(&lock);
	void *root = tree->root;
	tree->root = NULL;
	pthread_mutex_unlock(&lock);
	tdestroy(root, free_node);
}

void eu_search_tree_init(struct search_tree *tree)
{
	tree->root = NULL;
}

void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *))
{
	eu_tdestroy(tree, free_node);
}
