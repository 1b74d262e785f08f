<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>fieldmark::AnchorsPage</name>
    <message numerus="yes">
        <source>%1 · %n picture(s)</source>
        <comment>name of a class</comment>
        <translation>
            <numerusform>%1 · %n picture</numerusform>
            <numerusform>%1 · %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It has learned anchors of %n other class(es), none of this one.</source>
        <translation>
            <numerusform>It has learned anchors of one other class, none of this one.</numerusform>
            <numerusform>It has learned anchors of %n other classes, none of this one.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::EvaluatePage</name>
    <message numerus="yes">
        <source>%n alone in their class</source>
        <translation>
            <numerusform>%n alone in its class</numerusform>
            <numerusform>%n alone in their class</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n without this label</source>
        <translation>
            <numerusform>%n without this label</numerusform>
            <numerusform>%n without this label</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not embedded yet</source>
        <translation>
            <numerusform>%n not embedded yet</numerusform>
            <numerusform>%n not embedded yet</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Share of queries with a picture of their class among the first %n</source>
        <translation>
            <numerusform>Share of queries whose first match is a picture of their class</numerusform>
            <numerusform>Share of queries with a picture of their class among the first %n</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) without a vector of both models are left out.</source>
        <translation>
            <numerusform>%n picture without a vector of both models is left out.</numerusform>
            <numerusform>%n pictures without a vector of both models are left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::FailedFilesDialog</name>
    <message numerus="yes">
        <source>%n picture(s) could not be read. The files were not changed.</source>
        <translation>
            <numerusform>%n picture could not be read. The file was not changed.</numerusform>
            <numerusform>%n pictures could not be read. The files were not changed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::FolderLabelsDialog</name>
    <message numerus="yes">
        <source>%n folder(s): %1</source>
        <translation>
            <numerusform>One folder: %1</numerusform>
            <numerusform>%n folders: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) have a label already.</source>
        <translation>
            <numerusform>One picture has a label already.</numerusform>
            <numerusform>%n pictures have a label already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Label %n picture(s)</source>
        <translation>
            <numerusform>Label one picture</numerusform>
            <numerusform>Label %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) lie outside these folders and get no label.</source>
        <translation>
            <numerusform>One picture lies outside these folders and gets no label.</numerusform>
            <numerusform>%n pictures lie outside these folders and get no label.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::ImportBar</name>
    <message numerus="yes">
        <source>%n row(s) of the label table name no picture here</source>
        <translation>
            <numerusform>%n row of the label table names no picture here</numerusform>
            <numerusform>%n rows of the label table name no picture here</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::Inspector</name>
    <message numerus="yes">
        <source>%n pictures</source>
        <translation>
            <numerusform>%n picture</numerusform>
            <numerusform>%n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pictures selected</source>
        <translation>
            <numerusform>%n picture selected</numerusform>
            <numerusform>%n pictures selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n collections</source>
        <translation>
            <numerusform>%n collection</numerusform>
            <numerusform>%n collections</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be read</source>
        <translation>
            <numerusform>%n could not be read</numerusform>
            <numerusform>%n could not be read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::LearnForm</name>
    <message numerus="yes">
        <source>%n bits</source>
        <translation>
            <numerusform>%n bit</numerusform>
            <numerusform>%n bits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n class(es) with one picture are left out: it has no other one to be like.</source>
        <translation>
            <numerusform>%n class with one picture is left out: it has no other one to be like.</numerusform>
            <numerusform>%n classes with one picture are left out: it has no other one to be like.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) are not embedded yet and take no part.</source>
        <translation>
            <numerusform>%n picture is not embedded yet and takes no part.</numerusform>
            <numerusform>%n pictures are not embedded yet and take no part.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) cannot be read and take no part.</source>
        <translation>
            <numerusform>%n picture cannot be read and takes no part.</numerusform>
            <numerusform>%n pictures cannot be read and take no part.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It begins with %1, which has learned %n class(es) of those kept aside already, so they are found too well before and after. For an honest check use another model first.</source>
        <translation>
            <numerusform>It begins with %1, which has learned %n class of those kept aside already, so it is found too well before and after. For an honest check use another model first.</numerusform>
            <numerusform>It begins with %1, which has learned %n classes of those kept aside already, so they are found too well before and after. For an honest check use another model first.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::LibrarySidebar</name>
    <message numerus="yes">
        <source>%1, %n picture(s)</source>
        <translation>
            <numerusform>%1, %n picture</numerusform>
            <numerusform>%1, %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: %n picture(s). Click to show only these.</source>
        <translation>
            <numerusform>%1: %n picture. Click to show only this one.</numerusform>
            <numerusform>%1: %n pictures. Click to show only these.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::MainWindow</name>
    <message numerus="yes">
        <source>The last import was interrupted: %n picture(s) cannot be searched yet.</source>
        <translation>
            <numerusform>The last import was interrupted: %n picture cannot be searched yet.</numerusform>
            <numerusform>The last import was interrupted: %n pictures cannot be searched yet.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Import %n picture(s)</source>
        <translation>
            <numerusform>Import %n picture</numerusform>
            <numerusform>Import %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 pictures</source>
        <translation>
            <numerusform>%1 picture</numerusform>
            <numerusform>%1 pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) of the label table name no picture in this collection.</source>
        <translation>
            <numerusform>%n row of the label table names no picture in this collection.</numerusform>
            <numerusform>%n rows of the label table name no picture in this collection.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Took %n picture(s) out of the library. The files stay where they are.</source>
        <translation>
            <numerusform>Took %n picture out of the library. The file stays where it is.</numerusform>
            <numerusform>Took %n pictures out of the library. The files stay where they are.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Took %n anchor(s) of the former model out of the query. Anchors shows those of %1.</source>
        <translation>
            <numerusform>Took an anchor of the former model out of the query. Anchors shows those of %1.</numerusform>
            <numerusform>Took %n anchors of the former model out of the query. Anchors shows those of %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Took %n prototype(s) of the former model out of the query. Anchors shows those of %1.</source>
        <translation>
            <numerusform>Took a prototype of the former model out of the query. Anchors shows those of %1.</numerusform>
            <numerusform>Took %n prototypes of the former model out of the query. Anchors shows those of %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The pictures lie in %n folders. If those are named after what is in them, their names can be labels.</source>
        <translation>
            <numerusform>The pictures lie in one folder. If it is named after what is in it, its name can be the label.</numerusform>
            <numerusform>The pictures lie in %n folders. If those are named after what is in them, their names can be labels.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::MapPage</name>
    <message numerus="yes">
        <source>%n new picture(s) are not on the map.</source>
        <translation>
            <numerusform>%n new picture is not on the map.</numerusform>
            <numerusform>%n new pictures are not on the map.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n picture</numerusform>
            <numerusform>%n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n in the filter</source>
        <translation>
            <numerusform>%n in the filter</numerusform>
            <numerusform>%n in the filter</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::MapView</name>
    <message numerus="yes">
        <source>Map of %n picture(s)</source>
        <translation>
            <numerusform>Map of %n picture</numerusform>
            <numerusform>Map of %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n selected</numerusform>
            <numerusform>%n selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::MatchHeader</name>
    <message numerus="yes">
        <source>%n new matches, show</source>
        <translation>
            <numerusform>%n new match, show</numerusform>
            <numerusform>%n new matches, show</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::ModelsDialog</name>
    <message numerus="yes">
        <source>%n picture(s) could not be described, because their drive is not connected. The former model stays in use; connect it and use the new one again.</source>
        <translation>
            <numerusform>%n picture could not be described, because its drive is not connected. The former model stays in use; connect it and use the new one again.</numerusform>
            <numerusform>%n pictures could not be described, because their drive is not connected. The former model stays in use; connect it and use the new one again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What it knows of %n picture(s) of this library is deleted.</source>
        <translation>
            <numerusform>What it knows of %n picture of this library is deleted.</numerusform>
            <numerusform>What it knows of %n pictures of this library is deleted.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::QueryDropReader</name>
    <message numerus="yes">
        <source>Find look-alikes of %n pictures</source>
        <translation>
            <numerusform>Find look-alikes of %n picture</numerusform>
            <numerusform>Find look-alikes of %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>A query takes %n pictures; the rest was left out.</source>
        <translation>
            <numerusform>A query takes %n picture; the rest was left out.</numerusform>
            <numerusform>A query takes %n pictures; the rest was left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::QueryStrip</name>
    <message numerus="yes">
        <source>A query takes %n pictures; the rest was left out.</source>
        <translation>
            <numerusform>A query takes %n picture; the rest was left out.</numerusform>
            <numerusform>A query takes %n pictures; the rest was left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::ResultCard</name>
    <message numerus="yes">
        <source>%1 had learned %n class(es) of these already, which flatters both figures.</source>
        <translation>
            <numerusform>%1 had learned %n class of these already, which flatters both figures.</numerusform>
            <numerusform>%1 had learned %n classes of these already, which flatters both figures.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::ValueEditCommand</name>
    <message numerus="yes">
        <source>removing %1 of %n pictures</source>
        <translation>
            <numerusform>removing %1 of %n picture</numerusform>
            <numerusform>removing %1 of %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>setting %1 of %n pictures</source>
        <translation>
            <numerusform>setting %1 of %n picture</numerusform>
            <numerusform>setting %1 of %n pictures</numerusform>
        </translation>
    </message>
</context>
</TS>
