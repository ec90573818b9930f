/* A graph as text; see print.h.
 * SPDX-License-Identifier: MIT */
#include "graph/print.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { ELEMENTS = 8, TEXT = 40 }; /* shown of a constant, and bytes shown of a string */

/* The code of the character at P if it is a surrogate or a control character beyond ASCII, which do
 * not print, else 0. Texts are well-formed but for surrogates. */
static unsigned hidden_code(const uint8_t *p)
{
    if (p[0] == 0xC2 && p[1] < 0xA0)
        return p[1];
    if (p[0] == 0xED && p[1] >= 0xA0)
        return 0xD000u | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return 0;
}

/* In quotes; what would not print as \xNN or \uNNNN. */
static void print_text(const char *text, size_t size, FILE *out)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t shown = size;
    if (size > TEXT)
        for (shown = TEXT; shown > 0 && (p[shown] & 0xC0) == 0x80;)
            shown--;
    fputc('"', out);
    for (size_t i = 0; i < shown; i++) {
        unsigned code = hidden_code(p + i);
        if (code) {
            fprintf(out, "\\u%04x", code);
            i += code < 0x100 ? 1 : 2;
        } else if (p[i] < 0x20 || p[i] == 0x7F)
            fprintf(out, "\\x%02x", p[i]);
        else if (p[i] == '"' || p[i] == '\\')
            fprintf(out, "\\%c", p[i]);
        else
            fputc(p[i], out);
    }
    fputs(shown < size ? "\"..." : "\"", out);
}

static double f16_value(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double sign = bits & 0x8000 ? -1 : 1;
    if (exponent == 31)
        return fraction ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent ? ldexp(fraction + 1024, exponent - 25) : ldexp(fraction, -24));
}

static double bf16_value(uint16_t bits)
{
    uint32_t wide = (uint32_t)bits << 16;
    float ret;
    memcpy(&ret, &wide, sizeof ret);
    return (double)ret;
}

static void print_string(const struct lar_tensor *t, uint64_t i, FILE *out)
{
    if (t->kinds[i] == LAR_STRING_TEXT)
        print_text((const char *)t->data + t->offsets[i], t->offsets[i + 1] - t->offsets[i], out);
    else
        fputs(t->kinds[i] == LAR_STRING_NAN ? "NaN" : "None", out);
}

static void print_element(const struct lar_tensor *t, uint64_t i, FILE *out)
{
    const void *d = t->data;
    switch (t->type) {
    case LAR_TYPE_BOOL: fputs(((const uint8_t *)d)[i] ? "true" : "false", out); break;
    case LAR_TYPE_U8: fprintf(out, "%u", ((const uint8_t *)d)[i]); break;
    case LAR_TYPE_U16: fprintf(out, "%u", ((const uint16_t *)d)[i]); break;
    case LAR_TYPE_U32: fprintf(out, "%" PRIu32, ((const uint32_t *)d)[i]); break;
    case LAR_TYPE_U64: fprintf(out, "%" PRIu64, ((const uint64_t *)d)[i]); break;
    case LAR_TYPE_I8: fprintf(out, "%d", ((const int8_t *)d)[i]); break;
    case LAR_TYPE_I16: fprintf(out, "%d", ((const int16_t *)d)[i]); break;
    case LAR_TYPE_I32: fprintf(out, "%" PRId32, ((const int32_t *)d)[i]); break;
    case LAR_TYPE_I64: fprintf(out, "%" PRId64, ((const int64_t *)d)[i]); break;
    case LAR_TYPE_F16: fprintf(out, "%.5g", f16_value(((const uint16_t *)d)[i])); break;
    case LAR_TYPE_BF16: fprintf(out, "%.4g", bf16_value(((const uint16_t *)d)[i])); break;
    case LAR_TYPE_F32: fprintf(out, "%.9g", (double)((const float *)d)[i]); break;
    case LAR_TYPE_F64: fprintf(out, "%.12g", ((const double *)d)[i]); break;
    case LAR_TYPE_STRING: print_string(t, i, out); break;
    case LAR_TYPE_END: break;
    }
}

void lar_print_type(const struct lar_value_info *info, FILE *out)
{
    char shape[256];
    fprintf(out, "%s%s%s", info->layout == LAR_LAYOUT_CSR ? "sparse " : "",
            lar_type_name(info->type), lar_shape_print(&info->shape, shape, sizeof shape));
}

void lar_print_tensor(const struct lar_tensor *t, FILE *out)
{
    const struct lar_value_info info = {.type = t->type, .layout = t->layout, .shape = t->shape};
    lar_print_type(&info, out);
    if (t->layout == LAR_LAYOUT_CSR) {
        fprintf(out, "{%" PRIu64 " stored}", t->indptr[t->shape.dims[0]]);
        return;
    }
    uint64_t n = lar_tensor_count(t);
    fputc('{', out);
    for (uint64_t i = 0; i < n && i < ELEMENTS; i++) {
        fputs(i ? ", " : "", out);
        print_element(t, i, out);
    }
    fputs(n > ELEMENTS ? ", ...}" : "}", out);
}

/* As an argument: a constant as it is, another value by its number. */
static void print_argument(const struct lar_flat *flat, lar_value value, FILE *out)
{
    if (value == LAR_NO_VALUE)
        fputc('-', out);
    else if (flat->values[value].constant)
        lar_print_tensor(flat->values[value].constant, out);
    else
        fprintf(out, "%%%" PRIu32, value);
}

/* With its type. */
static void print_value(const struct lar_flat *flat, lar_value value, FILE *out)
{
    print_argument(flat, value, out);
    if (flat->values[value].constant)
        return;
    fputs(": ", out);
    lar_print_type(&flat->values[value], out);
}

static void print_name(const char *name, FILE *out)
{
    size_t length = strlen(name);
    if (length > 0 && length <= TEXT && strcspn(name, " \t\r\n\"\\,:") == length)
        fputs(name, out);
    else
        print_text(name, length, out);
}

static void print_node(const struct lar_flat *flat, const struct lar_flat_node *node, FILE *out)
{
    fputs("  ", out);
    for (uint32_t i = 0; i < node->n_outputs; i++) {
        fputs(i ? ", " : "", out);
        print_value(flat, node->outputs[i], out);
    }
    fprintf(out, " = %s-%" PRIu32 "(", node->signature->name, node->signature->version);
    for (uint32_t i = 0; i < node->n_inputs; i++) {
        fputs(i ? ", " : "", out);
        print_argument(flat, node->inputs[i], out);
    }
    for (uint32_t i = 0; i < node->n_params; i++) {
        fprintf(out, "%s%s=", i ? ", " : node->n_inputs ? "; " : "", node->params[i].name);
        lar_print_tensor(node->params[i].tensor, out);
    }
    fputs(")\n", out);
}

static void print_method(const struct lar_flat *flat, uint32_t method, FILE *out)
{
    const struct lar_flat_method *m = &flat->methods[method];
    fputs("  ", out);
    print_name(m->name, out);
    fputs(method == flat->default_method ? " (default):" : ":", out);
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        fputs(i ? ", " : " ", out);
        print_name(flat->inputs[m->inputs[i]].name, out);
    }
    fputc('\n', out);
    for (uint32_t i = 0; i < m->n_outputs; i++) {
        const struct lar_flat_output *output = &flat->outputs[m->first_output + i];
        fputs("    ", out);
        print_name(output->name, out);
        fputc(' ', out);
        print_value(flat, output->value, out);
        if (output->labels != LAR_NO_VALUE) {
            fputs(", labels ", out);
            lar_print_tensor(flat->values[output->labels].constant, out);
        }
        fputc('\n', out);
    }
}

void lar_print_flat(const struct lar_flat *flat, FILE *out)
{
    fputs("inputs\n", out);
    for (uint32_t i = 0; i < flat->n_inputs; i++) {
        const struct lar_flat_input *input = &flat->inputs[i];
        fputs("  ", out);
        print_name(input->name, out);
        if (input->value == LAR_NO_VALUE) {
            fputs(": unread\n", out);
            continue;
        }
        fputc(' ', out);
        print_value(flat, input->value, out);
        if (input->columns != LAR_NO_VALUE) {
            fputs(input->records ? ", records with " : ", columns ", out);
            lar_print_tensor(flat->values[input->columns].constant, out);
        }
        fputc('\n', out);
    }
    fputs("nodes\n", out);
    for (uint32_t i = 0; i < flat->n_nodes; i++)
        print_node(flat, &flat->nodes[i], out);
    fputs("methods\n", out);
    for (uint32_t i = 0; i < flat->n_methods; i++)
        print_method(flat, i, out);
}
