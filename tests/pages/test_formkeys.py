from uuid import UUID, uuid4

import pytest
from django import forms
from django.http import QueryDict

from accounts.models import User
from pages.formkeys import NO_KEY, KeyedForm


class ReceiveForm(KeyedForm):
    quantity = forms.IntegerField(min_value=1)


class PersonForm(KeyedForm, forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]


def key_in(form):
    return UUID(form["form_key"].value().hex if form["form_key"].value() else "")


def test_each_rendering_has_a_key_of_its_own():
    assert 'type="hidden"' in str(ReceiveForm()["form_key"])
    assert ReceiveForm()["form_key"].value() != ReceiveForm()["form_key"].value()


def test_a_valid_form_gives_its_key_apart_from_what_was_typed():
    key = uuid4()

    form = ReceiveForm({"quantity": "5", "form_key": str(key)})

    assert form.is_valid()
    assert form.key == key
    assert form.cleaned_data == {"quantity": 5}


def test_a_form_that_comes_back_keeps_its_key():
    key = str(uuid4())

    form = ReceiveForm({"quantity": "none", "form_key": key})

    assert not form.is_valid()
    assert form["form_key"].value() == key


@pytest.mark.parametrize("key", ["", "nonsense", "\x00"])
def test_a_form_without_a_key_is_refused_and_gets_a_new_one(key):
    form = ReceiveForm(QueryDict(f"quantity=5&form_key={key}"))

    assert not form.is_valid()
    assert form.non_field_errors() == [NO_KEY]
    assert "form_key" not in form.errors
    assert UUID(form["form_key"].value())
    with pytest.raises(ValueError, match="valid form"):
        _ = form.key


def test_two_forms_of_one_page_share_no_id():
    assert "id=" not in str(ReceiveForm()["form_key"])


def test_goes_before_a_model_form():
    form = PersonForm({"name": "Warehouse 1", "form_key": str(uuid4())})

    assert form.is_valid()
    assert form.instance.name == "Warehouse 1"
    assert form.key
