// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Filters, sorting and free text, with values that would break SQL put together from strings.
#include <QtTest>

#include "library_fixture.h"

namespace fieldmark::testing {

class TestLibraryFilter : public QObject {
    Q_OBJECT

    using Paths = std::vector<std::string>;

    /// a, b, c have a species; d has none. Counts are numbers, codes look like numbers but are text.
    static void fill(LibraryFixture& f) {
        f.import({"birds/a.jpg", "birds/b.jpg", "cars/c.png", "d_100%.png"});
        const ItemId a = f.id_of("birds/a.jpg");
        const ItemId b = f.id_of("birds/b.jpg");
        const ItemId c = f.id_of("cars/c.png");
        const std::vector<ValueEdit> edits{
            {a, "species", "Wren"}, {b, "species", "Blue Tit"}, {c, "species", "wren"}, {a, "count", "3"},
            {b, "count", "12"},     {c, "count", "3.0"},        {a, "code", "007"},     {b, "code", "7"},
            {c, "code", "x"},       {a, "note", "it's \"so\""}};
        QVERIFY(f.writer->set_values(edits, ValueSource::Import).ok());
    }

    static Paths found(const LibraryFixture& f, const std::vector<std::string>& where) {
        ItemQuery query;
        for (const std::string& text : where) query.where.push_back(*parse_condition(text));
        return f.paths(query);
    }

  private Q_SLOTS:
    void conditions_are_read() {
        const auto is = [](const char* text, const char* field, Condition::Operator op, const char* value) {
            const auto condition = parse_condition(text);
            return condition && *condition == Condition{field, op, value};
        };
        QVERIFY(is("split=unseen", "split", Condition::Operator::Equal, "unseen"));
        QVERIFY(is(" species != Blue Tit ", "species", Condition::Operator::NotEqual, "Blue Tit"));
        QVERIFY(is("count<3", "count", Condition::Operator::Less, "3"));
        QVERIFY(is("count > 0.5", "count", Condition::Operator::Greater, "0.5"));
        QVERIFY(is("path~x=y", "path", Condition::Operator::Contains, "x=y"));
        QVERIFY(is("a=", "a", Condition::Operator::Equal, ""));
        for (const char* text : {"", "species", "=x", "!x", "a!b", " = "}) {
            const auto condition = parse_condition(text);
            QVERIFY2(!condition.ok(), text);
            QVERIFY(condition.error().kind == ErrorKind::Usage);
        }
        QCOMPARE(to_string(*parse_condition("a != b")), std::string("a!=b"));
    }

    void each_operator() {
        LibraryFixture f;
        fill(f);
        QCOMPARE(found(f, {"species=Wren"}), (Paths{"birds/a.jpg"}));
        QCOMPARE(found(f, {"species!=Wren"}), (Paths{"birds/b.jpg", "cars/c.png", "d_100%.png"}));
        QCOMPARE(found(f, {"species~WREN"}), (Paths{"birds/a.jpg", "cars/c.png"}));
        QCOMPARE(found(f, {"count=3"}), (Paths{"birds/a.jpg", "cars/c.png"}));  // as numbers
        QCOMPARE(found(f, {"count!=3"}), (Paths{"birds/b.jpg", "d_100%.png"}));
        QCOMPARE(found(f, {"count>3"}), (Paths{"birds/b.jpg"}));  // not as text, where "12" < "3"
        QCOMPARE(found(f, {"count<12"}), (Paths{"birds/a.jpg", "cars/c.png"}));
        QCOMPARE(found(f, {"code=7"}), (Paths{"birds/b.jpg"}));  // a text field: 007 is another code
        QCOMPARE(found(f, {"species~e", "count>3"}), (Paths{"birds/b.jpg"}));
        QCOMPARE(found(f, {"path=cars/c.png"}), (Paths{"cars/c.png"}));
        QCOMPARE(found(f, {"path~BIRDS", "path!=birds/a.jpg"}), (Paths{"birds/b.jpg"}));
        QCOMPARE(found(f, {"collection=pictures"}).size(), std::size_t{4});
        QCOMPARE(found(f, {"collection!=pictures"}).size(), std::size_t{0});
        QCOMPARE(found(f, {"collection~PICT"}).size(), std::size_t{4});
        QCOMPARE(found(f, {"state=ready"}).size(), std::size_t{4});
        QCOMPARE(found(f, {"state!=ready"}).size(), std::size_t{0});
    }

    void values_are_never_sql() {
        LibraryFixture f;
        fill(f);
        for (const char* value :
             {"'; DROP TABLE item; --", "' OR '1'='1", "%", "_", "\"", "\\", "?", "?1", ")", "*"}) {
            for (const char* field : {"species", "path", "collection"}) {
                for (const char* op : {"=", "~"}) {
                    if (std::string(field) == "path" && std::string(op) == "~" &&
                        (std::string(value) == "%" || std::string(value) == "_")) {
                        continue;
                    }
                    QVERIFY2(found(f, {std::string(field) + op + value}).empty(), value);
                }
            }
        }
        QCOMPARE(found(f, {"path~%"}), (Paths{"d_100%.png"}));
        QCOMPARE(found(f, {"path~_"}), (Paths{"d_100%.png"}));
        QCOMPARE(found(f, {"note~it's \"so"}), (Paths{"birds/a.jpg"}));
        ItemQuery query;
        query.where = {{"'; DROP TABLE item; --", Condition::Operator::Equal, "x"}};
        QVERIFY(f.reader->item_ids(query).error().kind == ErrorKind::Usage);
        query = {};
        query.text = "'; DROP TABLE item; --";
        QVERIFY(f.paths(query).empty());
        QCOMPARE(f.reader->counts()->items, 4);
        const ValueEdit edit{f.id_of("d_100%.png"), "a'); DROP TABLE item; --", "'); DROP TABLE value; --"};
        QVERIFY(f.writer->set_values(std::span(&edit, 1), ValueSource::User).ok());
        QCOMPARE(f.value_of(edit.item, edit.field), edit.value);
        query = {};
        query.where = {{edit.field, Condition::Operator::Equal, edit.value}};
        QCOMPARE(f.paths(query), (Paths{"d_100%.png"}));
    }

    void what_cannot_be_asked_is_named() {
        LibraryFixture f;
        fill(f);
        const auto refused = [&](const std::string& text) {
            ItemQuery query;
            query.where = {*parse_condition(text)};
            const auto ids = f.reader->item_ids(query);
            const auto embeddings = f.reader->embedding_ids(f.model, query);
            if (ids || embeddings || ids.error().kind != ErrorKind::Usage) return std::string();
            return ids.error().text;
        };
        const std::string unknown = refused("specis=Wren");
        QVERIFY(unknown.find("specis") != std::string::npos);
        for (const char* known : {"species", "count", "code", "note", "path", "collection", "state"}) {
            QVERIFY2(unknown.find(known) != std::string::npos, known);
        }
        QVERIFY(refused("count<many").find("not a number") != std::string::npos);
        QVERIFY(refused("count<=3").find("not a number") != std::string::npos);
        QVERIFY(!refused("path<3").empty());
        QVERIFY(!refused("state~re").empty());
        QVERIFY(refused("state=gone").find("missing") != std::string::npos);
        ItemQuery query;
        query.sort = ItemQuery::Sort::Field;
        query.sort_field = "nothing";
        QVERIFY(f.reader->item_ids(query).error().kind == ErrorKind::Usage);
        QVERIFY(f.reader->field_values("nothing").error().kind == ErrorKind::Usage);
    }

    void free_text_wants_every_word_somewhere() {
        LibraryFixture f;
        fill(f);
        const auto text = [&](const char* words) {
            ItemQuery query;
            query.text = words;
            return f.paths(query);
        };
        QCOMPARE(text("  WREN  birds "), (Paths{"birds/a.jpg"}));
        QCOMPARE(text("tit"), (Paths{"birds/b.jpg"}));
        QCOMPARE(text("png"), (Paths{"cars/c.png", "d_100%.png"}));
        QCOMPARE(text("wren tit"), Paths{});
        QCOMPARE(text("   ").size(), std::size_t{4});
    }

    void order_and_states() {
        LibraryFixture f;
        f.scan({{"a", 30, 1}, {"b", 10, 3}, {"c", 20, 2}});
        const auto sorted = [&](ItemQuery::Sort sort, bool descending, const std::string& field = {}) {
            ItemQuery query;
            query.sort = sort;
            query.descending = descending;
            query.sort_field = field;
            return f.paths(query);
        };
        QCOMPARE(sorted(ItemQuery::Sort::Path, false), (Paths{"a", "b", "c"}));
        QCOMPARE(sorted(ItemQuery::Sort::Path, true), (Paths{"c", "b", "a"}));
        QCOMPARE(sorted(ItemQuery::Sort::Size, false), (Paths{"b", "c", "a"}));
        QCOMPARE(sorted(ItemQuery::Sort::Newest, false), (Paths{"b", "c", "a"}));
        QCOMPARE(sorted(ItemQuery::Sort::Newest, true), (Paths{"a", "c", "b"}));
        const std::vector<ValueEdit> edits{{f.id_of("a"), "n", "10"}, {f.id_of("b"), "n", "9"}};
        QVERIFY(f.writer->set_values(edits, ValueSource::Import).ok());
        QCOMPARE(sorted(ItemQuery::Sort::Field, false, "n"), (Paths{"b", "a", "c"}));
        QCOMPARE(sorted(ItemQuery::Sort::Field, true, "n"), (Paths{"a", "b", "c"}));  // without a value: last
        ItemResult read = result_for(f.id_of("b"), "b", 1);
        read.taken = "2020:01:02 03:04:05";
        QVERIFY(f.writer->commit_results(f.model, std::span(&read, 1)).ok());
        QCOMPARE(sorted(ItemQuery::Sort::Taken, false), (Paths{"b", "a", "c"}));
        ItemQuery query;
        query.state = ItemState::Pending;
        QCOMPARE(f.paths(query), (Paths{"a", "c"}));
        query = {};
        query.collections = {f.collection, 99};
        QCOMPARE(f.paths(query).size(), std::size_t{3});
        query.collections = {99};
        QCOMPARE(f.paths(query).size(), std::size_t{0});
    }

    void values_are_counted_most_frequent_first() {
        LibraryFixture f;
        f.import({"a", "b", "c"});
        const std::vector<ValueEdit> edits{
            {f.id_of("a"), "s", "x"}, {f.id_of("b"), "s", "y"}, {f.id_of("c"), "s", "y"}};
        QVERIFY(f.writer->set_values(edits, ValueSource::Import).ok());
        const auto values = *f.reader->field_values("s");
        QCOMPARE(values.size(), std::size_t{2});
        QCOMPARE(values[0].value, std::string("y"));
        QCOMPARE(values[0].items, 2);
        QCOMPARE(f.reader->field_values("s", 1)->size(), std::size_t{1});
    }
};

}  // namespace fieldmark::testing

QTEST_GUILESS_MAIN(fieldmark::testing::TestLibraryFilter)
#include "test_library_filter.moc"
