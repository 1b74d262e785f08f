// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/item_sql.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace fieldmark {

namespace {

using Operator = Condition::Operator;

struct KnownField {
    std::int64_t id = 0;
    bool number = false;
};

Result<KnownField> find_field(Connection& connection, const std::string& name) {
    {
        Cursor cursor = connection.prepare("SELECT id, kind FROM field WHERE name = ?");
        if (cursor.bind(name).step()) return KnownField{cursor.integer(0), cursor.text(1) == "number"};
    }
    std::string known;
    Cursor cursor = connection.prepare("SELECT name FROM field ORDER BY name");
    while (cursor.step()) known += cursor.text(0) + ", ";
    return Error{ErrorKind::Usage,
                 "There is no field \"" + name + "\". Known fields: " + known + "collection, path, state."};
}

std::optional<ItemState> state_from(const std::string& text) {
    for (const ItemState state :
         {ItemState::Pending, ItemState::Ready, ItemState::Failed, ItemState::Missing}) {
        if (text == to_string(state)) return state;
    }
    return std::nullopt;
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    result += text;
    result += '"';
    return result;
}

Error not_a_number(const Condition& condition) {
    return {ErrorKind::Usage, quoted(to_string(condition)) + " compares with " + quoted(condition.value) +
                                  ", which is not a number. < and > take a number such as 3 or 0.5."};
}

class Builder {
  public:
    Builder(Connection& connection, const ItemQuery& query) : m_connection(connection), m_query(query) {}

    Result<ItemSql> build() {
        for (const Condition& condition : m_query.where) {
            if (const Status added = add(condition); !added) return added.error();
        }
        if (!m_query.collections.empty()) {
            std::string list;
            for (const CollectionId id : m_query.collections) {
                list += list.empty() ? "?" : ", ?";
                m_sql.where_values.emplace_back(std::int64_t{id});
            }
            also("i.collection_id IN (" + list + ")");
        }
        add_words();
        if (m_query.state) {
            also("i.state = ?", std::string(to_string(*m_query.state)));
        } else if (!m_names_a_state) {
            also("i.state <> 'missing'");
        }
        if (const Status ordered = add_order(); !ordered) return ordered.error();
        return std::move(m_sql);
    }

  private:
    template <typename... Values>
    void also(const std::string& condition, const Values&... values) {
        if (!m_sql.where.empty()) m_sql.where += " AND ";
        m_sql.where += condition;
        (m_sql.where_values.emplace_back(values), ...);
    }

    Status add(const Condition& condition) {
        if (condition.field == "path") return add_path(condition);
        if (condition.field == "collection") return add_collection(condition);
        if (condition.field == "state") return add_state(condition);
        const auto field = find_field(m_connection, condition.field);
        if (!field) return field.error();
        double number = 0;
        const bool numeric = parse_number(condition.value, number);
        const std::string exists =
            "EXISTS (SELECT 1 FROM value v WHERE v.item_id = i.id AND v.field_id = ? AND ";
        switch (condition.op) {
            case Operator::Equal:
            case Operator::NotEqual: {
                const std::string prefix = condition.op == Operator::NotEqual ? "NOT " : "";
                if (field->number && numeric) {
                    also(prefix + exists + "v.number = ?)", field->id, number);
                } else {
                    also(prefix + exists + "v.text = ?)", field->id, condition.value);
                }
                return {};
            }
            case Operator::Less:
            case Operator::Greater:
                if (!numeric) return not_a_number(condition);
                also(exists + (condition.op == Operator::Less ? "v.number < ?)" : "v.number > ?)"), field->id,
                     number);
                return {};
            case Operator::Contains:
                also(exists + "contains_text(v.text, ?))", field->id, condition.value);
                return {};
        }
        return {};
    }

    Status add_path(const Condition& condition) {
        switch (condition.op) {
            case Operator::Equal:
                also("i.path = ?", BlobParameter{condition.value});
                return {};
            case Operator::NotEqual:
                also("i.path <> ?", BlobParameter{condition.value});
                return {};
            case Operator::Contains:
                also("contains_text(i.path, ?)", condition.value);
                return {};
            default:
                return no_such_operator(condition, "=, != and ~");
        }
    }

    Status add_collection(const Condition& condition) {
        const std::string in = "i.collection_id IN (SELECT c.id FROM collection c WHERE ";
        switch (condition.op) {
            case Operator::Equal:
                also(in + "c.name = ?)", condition.value);
                return {};
            case Operator::NotEqual:
                also(in + "c.name <> ?)", condition.value);
                return {};
            case Operator::Contains:
                also(in + "contains_text(c.name, ?))", condition.value);
                return {};
            default:
                return no_such_operator(condition, "=, != and ~");
        }
    }

    Status add_state(const Condition& condition) {
        if (condition.op != Operator::Equal && condition.op != Operator::NotEqual) {
            return no_such_operator(condition, "= and !=");
        }
        if (!state_from(condition.value)) {
            return Error{ErrorKind::Usage, "There is no state \"" + condition.value +
                                               "\". An item is pending, ready, failed or missing."};
        }
        if (condition.op == Operator::Equal) {
            m_names_a_state = true;
            also("i.state = ?", condition.value);
        } else {
            also("i.state <> ?", condition.value);
        }
        return {};
    }

    static Status no_such_operator(const Condition& condition, const std::string& operators) {
        return Error{ErrorKind::Usage, quoted(to_string(condition)) + " cannot be answered: the field " +
                                           quoted(condition.field) + " knows " + operators + " only."};
    }

    void add_words() {
        std::size_t at = 0;
        while ((at = m_query.text.find_first_not_of(" \t\n", at)) != std::string::npos) {
            const std::size_t end = m_query.text.find_first_of(" \t\n", at);
            const std::string word = m_query.text.substr(at, end == std::string::npos ? end : end - at);
            also(
                "(contains_text(i.path, ?) OR EXISTS (SELECT 1 FROM value v WHERE v.item_id = i.id AND "
                "contains_text(v.text, ?)))",
                word, word);
            if (end == std::string::npos) break;
            at = end;
        }
    }

    Status add_order() {
        const std::string direction = m_query.descending ? " DESC" : "";
        const std::string by_path = "i.collection_id" + direction + ", i.path" + direction;
        switch (m_query.sort) {
            case ItemQuery::Sort::Path:
                m_sql.order = by_path;
                break;
            case ItemQuery::Sort::Taken:  // without a date: last, either way
                m_sql.order = "i.taken = '', i.taken" + direction + ", " + by_path;
                break;
            case ItemQuery::Sort::Size:
                m_sql.order = "i.size" + direction + ", " + by_path;
                break;
            case ItemQuery::Sort::Newest:
                m_sql.order =
                    std::string("i.mtime_ns") + (m_query.descending ? "" : " DESC") + ", " + by_path;
                break;
            case ItemQuery::Sort::Field: {
                const auto field = find_field(m_connection, m_query.sort_field);
                if (!field) return field.error();
                m_sql.join = " LEFT JOIN value s ON s.item_id = i.id AND s.field_id = ?";
                m_sql.join_values.emplace_back(field->id);
                m_sql.order = "s.text IS NULL, ";
                if (field->number) m_sql.order += "s.number" + direction + ", ";
                m_sql.order += "s.text" + direction + ", " + by_path;
                break;
            }
        }
        return {};
    }

    Connection& m_connection;
    const ItemQuery& m_query;
    ItemSql m_sql;
    bool m_names_a_state = false;  ///< "state=missing" asks for what the default leaves out
};

}  // namespace

Result<ItemSql> item_sql(Connection& connection, const ItemQuery& query) {
    return Builder(connection, query).build();
}

bool parse_number(const std::string& text, double& number) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end && std::isfinite(number);
}

Item read_item(const Cursor& cursor) {
    Item item;
    item.id = cursor.integer(0);
    item.collection = cursor.integer(1);
    item.path = cursor.bytes(2);
    item.size = cursor.integer(3);
    item.mtime_ns = cursor.integer(4);
    item.hash = cursor.bytes(5);
    item.width = static_cast<int>(cursor.integer(6));
    item.height = static_cast<int>(cursor.integer(7));
    item.orientation = static_cast<int>(cursor.integer(8));
    item.taken = cursor.text(9);
    item.state = state_from(cursor.text(10)).value_or(ItemState::Pending);
    if (!cursor.null(11)) item.error_kind = error_kind_from_string(cursor.text(11));
    item.error_text = cursor.text(12);
    return item;
}

}  // namespace fieldmark
